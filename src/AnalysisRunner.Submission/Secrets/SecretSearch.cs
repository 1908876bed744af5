using AnalysisRunner.Toml;

namespace AnalysisRunner.Submission.Secrets;

/// <summary>Where a value stands that looks like a secret. The value itself is never kept.</summary>
/// <param name="Place">The property, item or key, for a message.</param>
/// <param name="Kind">What it looks like, with its article.</param>
/// <param name="File">The config file, when it is in one.</param>
/// <param name="Line">The line, from 1; 0 without a file.</param>
/// <param name="Column">The column, from 1; 0 without a file.</param>
internal sealed record SecretPlace(string Place, string Kind, string? File = null, int Line = 0, int Column = 0);

/// <summary>Looks through everything that a submission would have recorded.</summary>
internal static class SecretSearch
{
    /// <summary>In what the user asked for.</summary>
    public static IEnumerable<SecretPlace> InOptions(SubmissionOptions options)
    {
        if (SecretDetector.InText(options.Description ?? "") is { } description) yield return new SecretPlace(options.Names.Description, description);
        foreach (var place in InCommand(options.Names.Script, options.Script).Concat(InCommand(options.Names.Arguments, options.Arguments))) yield return place;
        foreach (var (name, value) in options.Environment)
            if (SecretDetector.InValue(name, value) is { } kind) yield return new SecretPlace($"{options.Names.Environment} '{name}'", kind);
    }

    /// <summary>In the text of a config file, comments included.</summary>
    public static IEnumerable<SecretPlace> InConfig(string path, string text)
    {
        var number = 0;
        var found = new HashSet<int>();
        foreach (var line in text.Split('\n'))
        {
            number++;
            if (SecretDetector.InText(line) is not { } kind) continue;
            found.Add(number);
            yield return new SecretPlace("This line", kind, path, number, 1);
        }
        // A value that could not be read is the compiler's to report; what is around it is in the tree.
        foreach (var place in InTable(path, TomlDocument.Parse(text, path).Root))
            if (found.Add(place.Line)) yield return place;
    }

    private static IEnumerable<SecretPlace> InCommand(string property, string? text)
    {
        if (string.IsNullOrEmpty(text) || !ShellWords.TryParse(text, out var words, out _)) yield break;
        for (var i = 0; i < words.Count; i++)
        {
            var equals = words[i].IndexOf('=', StringComparison.Ordinal);
            // "--name=value" and "NAME=value"; "--name value"; anything else has no name.
            var (name, value) =
                equals > 0 ? (words[i][..equals], words[i][(equals + 1)..])
                : i > 0 && words[i - 1].StartsWith('-') && !words[i].StartsWith('-') ? (words[i - 1], words[i])
                : ("", words[i]);
            if (value.Length == 0 || SecretDetector.InValue(name, value) is not { } kind) continue;
            yield return new SecretPlace(name.Length == 0 ? $"{property}, word {i + 1}," : $"{property}, the value of '{name}',", kind);
        }
    }

    private static IEnumerable<SecretPlace> InTable(string path, TomlTable table) => table.SelectMany(entry => InNamed(path, entry.Key, entry.Value));

    private static IEnumerable<SecretPlace> InNamed(string path, string key, TomlValue value)
    {
        switch (value.Kind)
        {
            case TomlKind.Table:
                return InTable(path, value.AsTable());
            case TomlKind.Array:
                return value.AsArray().SelectMany(element => InNamed(path, key, element));
            case TomlKind.String when value.AsString() is { Length: > 0 } text && SecretDetector.InValue(key, text) is { } kind:
                return [new SecretPlace($"The value of '{key}'", kind, path, value.Span.Line, value.Span.Column)];
            default:
                return [];
        }
    }
}
