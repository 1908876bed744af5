using System;
using System.Collections.Generic;

namespace AnalysisRunner.Toml;

/// <summary>What Python's <c>toml</c> 0.10.2 and <c>tomllib</c> cannot hold or do not read back equal. Each rule was found by trying.</summary>
internal static class PortableRules
{
    public static void CheckKey(string key, bool inHeader)
    {
        if (key.Length == 0 && inHeader) throw Refuse($"The key {ShownText.Quote(key)} of a table is empty.");
        var white = false;
        foreach (var c in key)
        {
            // toml reads no escapes in keys, and takes quotes in them for the end.
            if (char.IsControl(c) || c is '"' or '\\') throw Refuse($"The key {ShownText.Quote(key)} has a quote, a backslash or a control character.");
            white |= char.IsWhiteSpace(c);
        }

        if (white && key.AsSpan().IndexOf('.') >= 0) throw Refuse($"The key {ShownText.Quote(key)} has both white space and a dot.");
    }

    public static void CheckText(string text)
    {
        if (text == "\"" || text.StartsWith("\"\"", StringComparison.Ordinal)) throw Refuse($"The text {ShownText.Quote(text)} begins with two quotes or is one.");
        var hasEscape = text.AsSpan().IndexOf("\\u".AsSpan(), StringComparison.OrdinalIgnoreCase) >= 0;
        foreach (var c in text)
        {
            if (hasEscape && (c < ' ' || c == '\x7F') && c is not ('\n' or '\r' or '\t' or '\b' or '\f'))
            {
                throw Refuse($"The text {ShownText.Quote(text)} has a control character as well as a backslash before 'u'.");
            }
        }
    }

    public static void CheckArray(List<object> list, bool nested)
    {
        foreach (var item in list)
        {
            if (item.GetType() != list[0].GetType())
            {
                throw new TomlWriteException(TomlCodes.MixedArray, $"Its array mixes {Name(list[0])} and {Name(item)}, which Python's toml refuses. Use one type.");
            }

            if (item is not string text) continue;
            if (text.AsSpan().TrimStart().StartsWith(",".AsSpan())) throw Refuse($"The text {ShownText.Quote(text)} in an array begins with a comma.");
            if (nested && text.AsSpan().IndexOfAny('[', ']') >= 0) throw Refuse($"The text {ShownText.Quote(text)} in a nested array has a bracket.");
        }
    }

    public static void RefuseInlineTable() =>
        throw new TomlWriteException(TomlCodes.MixedArray, "It has a table inside a nested array or beside other values, which Python's toml misreads. Use an array of tables.");

    public static void CheckDateTime(object value)
    {
        var (year, nanosecond) = value switch
        {
            TomlLocalDate date => (date.Year, 0),
            TomlLocalTime time => (1, time.Nanosecond),
            TomlLocalDateTime both => (both.Date.Year, both.Time.Nanosecond),
            TomlOffsetDateTime at => (at.Local.Date.Year, at.Local.Time.Nanosecond),
            _ => (1, 0),
        };
        if (year == 0) throw new TomlWriteException(TomlCodes.ValueOutOfRange, $"The date '{value}' is in the year 0, which Python cannot hold.");
        if (nanosecond % 1000 != 0)
        {
            throw new TomlWriteException(TomlCodes.ValueOutOfRange, $"The time '{value}' is finer than a microsecond, which Python cannot hold. Round it.");
        }
    }

    private static TomlWriteException Refuse(string found) => new TomlWriteException(TomlCodes.TextNotWritable, found + " Python's toml misreads that. Change it.");

    private static string Name(object value) => value switch
    {
        string => "strings",
        bool => "booleans",
        long => "integers",
        double => "floats",
        TomlMap => "tables",
        List<object> => "arrays",
        _ => "dates",
    };
}
