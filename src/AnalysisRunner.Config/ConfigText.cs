using AnalysisRunner.Toml;

namespace AnalysisRunner.Config;

/// <summary>How messages show values: on one line, printable, and never too long.</summary>
internal static class ConfigText
{
    private const int Longest = 60;

    internal static string Quote(string text)
    {
        var shown = text.Length <= Longest ? text : text.Substring(0, char.IsHighSurrogate(text[Longest - 1]) ? Longest - 1 : Longest)
            + "…";
        return "\"" + OneLine(shown) + "\"";
    }

    /// <summary>The text without anything that could end a line of a log or steer a terminal.</summary>
    internal static string OneLine(string text)
    {
        var chars = text.ToCharArray();
        for (var i = 0; i < chars.Length; i++)
            if (char.IsControl(chars[i]) || chars[i] is '\u2028' or '\u2029') chars[i] = '\uFFFD';
        return new string(chars);
    }

    internal static string Describe(TomlValue value) => value.Kind switch
    {
        TomlKind.String => "the string " + Quote(value.AsString()),
        TomlKind.Integer => "the integer \"" + Numbers.Text(value) + "\"",
        TomlKind.Float => "the float \"" + Numbers.Text(value) + "\"",
        TomlKind.Boolean => "the boolean \"" + (value.AsBoolean() ? "true" : "false") + "\"",
        TomlKind.OffsetDateTime => "the date-time " + Quote(value.RawText),
        TomlKind.LocalDateTime => "the date-time without offset " + Quote(value.RawText),
        TomlKind.LocalDate => "the date " + Quote(value.RawText),
        TomlKind.LocalTime => "the time " + Quote(value.RawText),
        TomlKind.Array => "an array",
        _ => "a table",
    };
}
