using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.RegularExpressions;
using AnalysisRunner.Toml;

namespace AnalysisRunner.Config;

/// <summary>Judges the values and the keys of one document; what only the merged config can tell (missing keys) is not judged
/// here.</summary>
internal sealed class ValueRules
{
    private readonly string _file;
    private readonly UnknownKeys _unknownKeys;
    private readonly List<ConfigProblem> _problems;

    internal ValueRules(string file, UnknownKeys unknownKeys, List<ConfigProblem> problems)
    {
        _file = file;
        _unknownKeys = unknownKeys;
        _problems = problems;
    }

    /// <summary>The first thing that keeps a value from fitting; null when it fits.</summary>
    internal static ConfigProblem? FirstMisfit(TomlValue value, SchemaValue schema, string file)
    {
        var problems = new List<ConfigProblem>();
        new ValueRules(file, UnknownKeys.Refused, problems).CheckValue(value, schema, schema.Path, complete: true);
        return problems.Find(problem => !problem.IsWarning);
    }

    /// <summary>Judges the keys of a table.</summary>
    /// <param name="table">The table.</param>
    /// <param name="section">What may be in it.</param>
    /// <param name="path">Its dotted key.</param>
    /// <param name="complete">Whether no other layer can add keys (tables inside arrays), so that missing keys are judged at once.</param>
    internal void CheckTable(TomlTable table, SchemaSection section, string path, bool complete)
    {
        foreach (var entry in table)
        {
            var keyPath = ConfigKeys.Join(path, entry.Key);
            switch (section.Find(entry.Key))
            {
                case SchemaSection child:
                    CheckDeprecation(child, entry, keyPath);
                    if (entry.Value.Kind == TomlKind.Table) CheckTable(entry.Value.AsTable(), child, keyPath, complete);
                    else Report(ConfigCodes.WrongType, entry.Value.Span, keyPath, "\"" + keyPath + "\" is "
                        + ConfigText.Describe(entry.Value)
                        + ", but the schema makes it a section. Write its keys below [" + keyPath + "].");
                    break;
                case SchemaValue child:
                    CheckDeprecation(child, entry, keyPath);
                    CheckValue(entry.Value, child, keyPath, complete);
                    break;
                default:
                    if (!section.IsOpen) ReportUnknown(entry, section, keyPath);
                    break;
            }
        }
        if (complete) MissingKeys.Check(table, section, path, _file, table.Span, _problems);
    }

    internal void CheckValue(TomlValue value, SchemaValue schema, string path, bool complete)
    {
        if (!HasType(value, schema.Type))
        {
            Report(ConfigCodes.WrongType, value.Span, path,
                "\"" + path + "\" is " + ConfigText.Describe(value) + "; the schema wants " + SchemaTypeNames.Described(schema.Type) + ".");
            return;
        }
        switch (schema.Type)
        {
            case SchemaType.Integer or SchemaType.Number:
                CheckNumber(value, schema, path);
                break;
            case SchemaType.String or SchemaType.Path:
                CheckText(value, schema, path);
                break;
            case SchemaType.Duration:
                if (!DurationText.TryParse(value.AsString(), out _)) ReportMalformed(value, path,
                    "a duration. Write numbers with d, h, m, s or ms, largest first, such as \"1h30m\", or the ISO form \"PT1H30M\"");
                break;
            case SchemaType.DateTime:
                if (!DateTimeValues.Fits(value)) ReportMalformed(value, path,
                    "a date-time that .NET can hold (years 0001 to 9999, offsets up to 14 hours)");
                break;
            case SchemaType.Date:
                if (value.AsLocalDate().Year == 0) ReportMalformed(value, path, "a date that .NET can hold (years 0001 to 9999)");
                break;
            case SchemaType.Time:
                if (value.AsLocalTime().Second == 60) ReportMalformed(value, path, "a time that .NET can hold (seconds 0 to 59)");
                break;
            case SchemaType.Array:
                CheckArray(value, schema, path);
                break;
            case SchemaType.Table:
                CheckTable(value.AsTable(), schema.Fields!, path, complete);
                return;
            case SchemaType.Map when schema.Items is { } items:
                foreach (var entry in value.AsTable()) CheckValue(entry.Value, items, ConfigKeys.Join(path, entry.Key), complete);
                return;
        }
        CheckEnum(value, schema, path);
    }

    /// <summary>A text that is equal for equal values, whatever their spelling.</summary>
    internal static string Canonical(TomlValue value) => value.Kind switch
    {
        TomlKind.String => "s" + ConfigKeys.Quote(value.AsString()),
        TomlKind.Integer => Numbers.Text(value),
        TomlKind.Float => value.AsFloat() is var f && f == Math.Floor(f) && Math.Abs(f) < 1e15
            ? ((long)f).ToString(System.Globalization.CultureInfo.InvariantCulture) : Numbers.Text(value),
        TomlKind.Boolean => value.AsBoolean() ? "true" : "false",
        TomlKind.OffsetDateTime => value.AsOffsetDateTime().ToString(),
        TomlKind.LocalDateTime => value.AsLocalDateTime().ToString(),
        TomlKind.LocalDate => value.AsLocalDate().ToString(),
        TomlKind.LocalTime => value.AsLocalTime().ToString(),
        TomlKind.Array => "[" + string.Join(",", value.AsArray().Select(Canonical)) + "]",
        _ => "{" + string.Join(",", value.AsTable()
            .Select(e => ConfigKeys.Quote(e.Key) + "=" + Canonical(e.Value)).OrderBy(t => t, StringComparer.Ordinal)) + "}",
    };

    private static bool HasType(TomlValue value, SchemaType type) => type switch
    {
        SchemaType.String or SchemaType.Path or SchemaType.Duration => value.Kind == TomlKind.String,
        SchemaType.Integer => value.Kind == TomlKind.Integer,
        SchemaType.Number => Numbers.Is(value),
        SchemaType.Boolean => value.Kind == TomlKind.Boolean,
        SchemaType.DateTime => value.Kind == TomlKind.OffsetDateTime,
        SchemaType.Date => value.Kind == TomlKind.LocalDate,
        SchemaType.Time => value.Kind == TomlKind.LocalTime,
        SchemaType.Array => value.Kind == TomlKind.Array,
        _ => value.Kind == TomlKind.Table,
    };

    private void CheckNumber(TomlValue value, SchemaValue schema, string path)
    {
        if (schema.Range.Contains(value)) return;
        Report(ConfigCodes.OutOfRange, value.Span, path,
            "\"" + path + "\" is \"" + Numbers.Text(value) + "\"; it must be " + schema.Range.Described() + ".");
    }

    private void CheckText(TomlValue value, SchemaValue schema, string path)
    {
        var text = value.AsString();
        CheckLength(value, schema, path, CodePoints(text), "characters");
        if (schema.Type == SchemaType.Path && PathText.Complaint(text) is { } complaint) ReportMalformed(value, path, complaint);
        if (schema.Expression is not { } expression) return;
        try
        {
            if (!expression.IsMatch(text)) Report(ConfigCodes.PatternMismatch, value.Span, path,
                "\"" + path + "\" is " + ConfigText.Quote(text) + ", which does not match the pattern " + ConfigText.Quote(schema.Pattern!)
                    + " of the schema.");
        }
        catch (RegexMatchTimeoutException)
        {
            Report(ConfigCodes.PatternMismatch, value.Span, path, "Matching " + ConfigText.Quote(text) + " against the pattern "
                + ConfigText.Quote(schema.Pattern!) + " took longer than a second. Simplify the pattern in the schema.");
        }
    }

    private void CheckArray(TomlValue value, SchemaValue schema, string path)
    {
        var array = value.AsArray();
        CheckLength(value, schema, path, array.Count, "items");
        var seen = schema.UniqueItems ? new HashSet<string>(StringComparer.Ordinal) : null;
        var index = 0;
        foreach (var item in array)
        {
            var itemPath = ConfigKeys.Item(path, index++);
            if (schema.Items is { } items) CheckValue(item, items, itemPath, complete: true);
            if (seen is not null && !seen.Add(Canonical(item)))
                Report(ConfigCodes.DuplicateItem, SpanOf(item), itemPath, "\"" + itemPath + "\" repeats " + ConfigText.Describe(item)
                    + ", but the schema wants every item of \"" + path + "\" once. Remove it.");
        }
    }

    private void CheckLength(TomlValue value, SchemaValue schema, string path, long length, string unit)
    {
        if (!(length < schema.MinLength) && !(length > schema.MaxLength)) return;
        var bound = length < schema.MinLength ? "at least " + schema.MinLength : "at most " + schema.MaxLength;
        Report(ConfigCodes.WrongLength, value.Span, path, "\"" + path + "\" has \"" + length + "\" " + unit + "; it must have " + bound
            + ".");
    }

    private void CheckEnum(TomlValue value, SchemaValue schema, string path)
    {
        if (schema.Enum.Count == 0) return;
        var canonical = Canonical(value);
        foreach (var allowed in schema.Enum)
            if (Canonical(allowed) == canonical) return;
        var texts = schema.Enum.Select(a => a.Kind == TomlKind.String ? a.AsString() : Numbers.Text(a)).ToList();
        Report(ConfigCodes.NotInEnum, value.Span, path, "\"" + path + "\" is " + ConfigText.Describe(value) + "; allowed are: "
            + string.Join(", ", texts.Select(t => "\"" + t + "\"")) + "."
            + (value.Kind == TomlKind.String ? Spelling.DidYouMean(value.AsString(), texts) : ""));
    }

    private void CheckDeprecation(SchemaNode node, TomlEntry entry, string path)
    {
        if (node.Deprecation is not { } reason) return;
        Report(ConfigCodes.Deprecated, entry.KeySpan, path,
            "\"" + path + "\" is deprecated" + (reason.Length == 0 ? ". It may vanish from the schema." : ": " + reason));
    }

    private void ReportUnknown(TomlEntry entry, SchemaSection section, string path)
    {
        if (_unknownKeys == UnknownKeys.Allowed
            || (_unknownKeys == UnknownKeys.RefusedInOwnSections && (section.Path.Length == 0 || section.SuppliedByServer)))
            return;
        var place = section.Path.Length == 0 ? "No schema declares \"" + path + "\"" : "The schema of [" + section.Path + "] has no key \""
            + entry.Key + "\"";
        Report(ConfigCodes.UnknownKey, entry.KeySpan, path, place + ", so nothing would read it."
            + (Spelling.DidYouMean(entry.Key, section.Keys) is { Length: > 0 } hint ? hint
            : " Correct the key, or declare it in a schema."));
    }

    private void ReportMalformed(TomlValue value, string path, string wanted) =>
        Report(ConfigCodes.MalformedText, value.Span, path, "\"" + path + "\" is " + ConfigText.Quote(value.RawText.Trim('"', '\''))
            + ", which is not " + wanted + ".");

    private void Report(string code, TomlSpan span, string path, string message) =>
        _problems.Add(new ConfigProblem(code, message, path, _file, span));

    private static TomlSpan SpanOf(TomlValue value) => value.Kind == TomlKind.Table ? value.AsTable().Span : value.Span;

    private static long CodePoints(string text)
    {
        long count = 0;
        foreach (var c in text)
            if (!char.IsLowSurrogate(c)) count++;
        return count;
    }
}

/// <summary>What keys that no schema declares mean.</summary>
internal enum UnknownKeys
{
    /// <summary>They are mistakes.</summary>
    Refused,

    /// <summary>They are mistakes in the sections that the project's own schemas declare; elsewhere they belong to somebody else.</summary>
    RefusedInOwnSections,

    /// <summary>They belong to somebody else.</summary>
    Allowed,
}
