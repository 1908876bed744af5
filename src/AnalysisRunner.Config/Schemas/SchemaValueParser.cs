using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.RegularExpressions;
using AnalysisRunner.Toml;

namespace AnalysisRunner.Config;

/// <summary>Reads one value of a schema: its type, its keywords, and whether they make sense together.</summary>
internal sealed class SchemaValueParser
{
    private readonly SchemaParser _parser;
    private readonly TomlEntry _entry;
    private readonly TomlTable _table;
    private readonly string _path;
    private readonly bool _isItem;

    internal SchemaValueParser(SchemaParser parser, TomlEntry entry, string path, bool isItem = false)
    {
        _parser = parser;
        _entry = entry;
        _table = entry.Value.AsTable();
        _path = path;
        _isItem = isItem;
    }

    internal SchemaValue? Parse()
    {
        _table.TryGet("type", out var typeName);
        if (!SchemaTypeNames.TryParse(typeName.AsString(), out var type))
        {
            Report(ConfigCodes.UnknownType, typeName.Span, ConfigText.Quote(typeName.AsString()) + " is not a type; these are: "
                + string.Join(", ", SchemaTypeNames.All) + "." + Spelling.DidYouMean(typeName.AsString(), SchemaTypeNames.All));
            return null;
        }
        var words = new SchemaWords();
        var keywords = new Dictionary<string, TomlEntry>(StringComparer.Ordinal);
        var fields = new List<TomlEntry>();
        foreach (var entry in _table)
        {
            if (type == SchemaType.Table && entry.Value.Kind == TomlKind.Table) fields.Add(entry);
            else if (!IsKeywordOf(type, entry)) continue;
            else if (entry.Key is "description" or "optional" or "deprecated") _parser.ReadWord(words, entry, _path);
            else keywords.Add(entry.Key, entry);
        }

        var expression = Pattern(keywords);
        var (minimum, maximum) = type == SchemaType.Array ? ("minItems", "maxItems") : ("minLength", "maxLength");
        var (least, most) = (Length(keywords, minimum), Length(keywords, maximum));
        if (least > most) Report(ConfigCodes.EmptyRange, keywords[minimum].Value.Span,
            minimum + " \"" + least + "\" is greater than " + maximum + " \"" + most + "\", so no value fits. Swap or widen them.");
        var draft = new Draft(type, words, keywords, expression, least, most, Range(type, keywords), Items(type, keywords),
            type == SchemaType.Table ? _parser.ParseFields(fields, _path, _entry.KeySpan) : null);
        return Complete(draft);
    }

    private SchemaValue Complete(Draft draft)
    {
        // Each list is checked against what was read before it, so that a bad enum does not condemn the default as well.
        var value = draft.Build([], null);
        var allowed = Allowed(draft, value);
        value = draft.Build(allowed, null);
        if (draft.Keywords.TryGetValue("uniqueItems", out var unique) && unique.Value.Kind != TomlKind.Boolean)
            _parser.ReportKeyword(unique, _path, "true or false");
        draft = draft with { Examples = Examples(draft, value) };
        // Where the items are not known (reported already), nobody can say whether the default fits.
        if (!draft.Keywords.TryGetValue("default", out var @default) || !ItemsKnown(value)) return Named(draft, allowed, null);
        if (draft.Words.Optional)
            Report(ConfigCodes.OptionalWithDefault, @default.KeySpan,
                "A key with a default is never absent, so \"optional\" means nothing. Remove one of the two.");
        if (HoldsTables(value.Items) && Count(@default.Value) > 0)
        {
            Report(ConfigCodes.BadDefault, @default.Value.Span,
                "A default cannot hold tables, because the generated code could not show it as an initial value. "
                + "Use an empty default, or make the key optional.");
            return Named(draft, allowed, null);
        }
        var misfit = ValueRules.FirstMisfit(@default.Value, value, _parser.File);
        if (misfit is null) return Named(draft, allowed, @default.Value);
        Report(ConfigCodes.BadDefault, misfit.Span, "The default does not fit the schema: " + misfit.Message);
        return Named(draft, allowed, null);
    }

    private static bool ItemsKnown(SchemaValue value) =>
        value.Type is not (SchemaType.Array or SchemaType.Map) || (value.Items is { } items && ItemsKnown(items));

    private static bool HoldsTables(SchemaValue? items) => items is not null && (items.Fields is not null || HoldsTables(items.Items));

    private static int Count(TomlValue value) => value.Kind switch
    {
        TomlKind.Array => value.AsArray().Count,
        TomlKind.Table => value.AsTable().Count,
        _ => 0,
    };

    private SchemaValue Named(Draft draft, IReadOnlyList<TomlValue> allowed, TomlValue? @default) =>
        draft.Build(allowed, @default, _isItem ? "" : _entry.Key, _path, _parser.File, _entry.KeySpan);

    private bool IsKeywordOf(SchemaType type, TomlEntry entry)
    {
        var key = entry.Key;
        var allowed = SchemaKeywords.Of(type, _isItem);
        if (allowed.Contains(key)) return true;
        var name = SchemaTypeNames.NameOf(type);
        if (SchemaKeywords.Exists(key))
            Report(ConfigCodes.KeywordNotForType, entry.KeySpan, "The keyword \"" + key + "\" has no meaning for "
                + (_isItem ? "items" : "the type \"" + name + "\"") + ". Remove it; allowed are: " + string.Join(", ", allowed) + ".");
        else
            Report(ConfigCodes.UnknownKeyword, entry.KeySpan, "\"" + key + "\" is not a keyword; the type \"" + name + "\" has: "
                + string.Join(", ", allowed) + "." + Spelling.DidYouMean(key, allowed));
        return false;
    }

    private Regex? Pattern(Dictionary<string, TomlEntry> keywords)
    {
        if (!keywords.TryGetValue("pattern", out var entry)) return null;
        if (entry.Value.Kind != TomlKind.String)
        {
            _parser.ReportKeyword(entry, _path, "a regular expression as a string");
            return null;
        }
        try
        {
            return SchemaValue.CompilePattern(entry.Value.AsString());
        }
        catch (ArgumentException error)
        {
            Report(ConfigCodes.BadPattern, entry.Value.Span, "The pattern " + ConfigText.Quote(entry.Value.AsString())
                + " is not a regular expression: " + error.Message.Replace("\r", "").Replace('\n', ' ')
                + " Write it in single quotes, where a backslash stands for itself.");
            return null;
        }
    }

    private long? Length(Dictionary<string, TomlEntry> keywords, string keyword)
    {
        if (!keywords.TryGetValue(keyword, out var entry)) return null;
        if (entry.Value.Kind == TomlKind.Integer && entry.Value.AsInteger() >= 0) return entry.Value.AsInteger();
        _parser.ReportKeyword(entry, _path, "an integer of 0 or more");
        return null;
    }

    private SchemaRange Range(SchemaType type, Dictionary<string, TomlEntry> keywords)
    {
        TomlValue? Bound(string keyword)
        {
            if (!keywords.TryGetValue(keyword, out var entry)) return null;
            var kind = entry.Value.Kind;
            if (kind == TomlKind.Integer
                || (kind == TomlKind.Float && type == SchemaType.Number && !double.IsNaN(entry.Value.AsFloat()))) return entry.Value;
            _parser.ReportKeyword(entry, _path, type == SchemaType.Number ? "a number" : "an integer");
            return null;
        }
        var range = new SchemaRange(Bound("minimum"), Bound("maximum"), Bound("exclusiveMinimum"), Bound("exclusiveMaximum"));
        if (!range.IsEmpty(type == SchemaType.Integer)) return range;
        var at = keywords.TryGetValue("minimum", out var minimum) ? minimum : keywords["exclusiveMinimum"];
        Report(ConfigCodes.EmptyRange, at.Value.Span, "No value is " + range.Described() + ". Swap or widen the bounds.");
        return SchemaRange.Everything;
    }

    private SchemaValue? Items(SchemaType type, Dictionary<string, TomlEntry> keywords)
    {
        if (type is not (SchemaType.Array or SchemaType.Map)) return null;
        if (!keywords.TryGetValue("items", out var entry))
        {
            var name = SchemaTypeNames.NameOf(type);
            Report(ConfigCodes.ItemsMissing, _entry.KeySpan, "The type \"" + name + "\" needs \"items\", which says what each "
                + (type == SchemaType.Array ? "item" : "value") + " is. Write: items = { type = \"string\" }");
            return null;
        }
        if (entry.Value.Kind == TomlKind.Table && entry.Value.AsTable().TryGet("type", out var itemType)
            && itemType.Kind == TomlKind.String)
            return new SchemaValueParser(_parser, entry, _path, isItem: true).Parse();
        _parser.ReportKeyword(entry, _path, "a table with a type, such as { type = \"string\" }");
        return null;
    }

    private List<TomlValue> Allowed(Draft draft, SchemaValue value)
    {
        if (!draft.Keywords.TryGetValue("enum", out var entry)) return [];
        if (entry.Value.Kind != TomlKind.Array || entry.Value.AsArray().Count == 0)
        {
            _parser.ReportKeyword(entry, _path, "an array with at least one value");
            return [];
        }
        var allowed = new List<TomlValue>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var item in entry.Value.AsArray())
        {
            if (ValueRules.FirstMisfit(item, value, _parser.File) is { } misfit)
                Report(ConfigCodes.BadEnum, misfit.Span, "An enum value does not fit the schema: " + misfit.Message);
            else if (!seen.Add(ValueRules.Canonical(item)))
                Report(ConfigCodes.BadEnum, item.Span, "The enum lists " + ConfigText.Describe(item) + " twice. Remove one.");
            else
                allowed.Add(item);
        }
        return allowed;
    }

    private List<TomlValue> Examples(Draft draft, SchemaValue value)
    {
        var fitting = new List<TomlValue>();
        if (!draft.Keywords.TryGetValue("examples", out var examples)) return fitting;
        if (examples.Value.Kind != TomlKind.Array)
        {
            _parser.ReportKeyword(examples, _path, "an array");
            return fitting;
        }
        foreach (var example in examples.Value.AsArray())
        {
            if (ValueRules.FirstMisfit(example, value, _parser.File) is { } misfit)
                Report(ConfigCodes.BadExample, misfit.Span, "An example does not fit the schema: " + misfit.Message);
            else
                fitting.Add(example);
        }
        return fitting;
    }

    private void Report(string code, TomlSpan span, string message) => _parser.Report(code, span, _path, message);

    private sealed record Draft(
        SchemaType Type, SchemaWords Words, Dictionary<string, TomlEntry> Keywords, Regex? Expression, long? Least, long? Most,
            SchemaRange Range,
        SchemaValue? Items, SchemaSection? Fields)
    {
        internal IReadOnlyList<TomlValue> Examples { get; init; } = [];

        internal SchemaValue Build(
            IReadOnlyList<TomlValue> allowed, TomlValue? @default, string key = "", string path = "", string file = "",
                TomlSpan span = default) => new()
                {
                    Key = key,
                    Path = path,
                    File = file,
                    Span = span,
                    Type = Type,
                    Description = Words.Description,
                    Deprecation = Words.Deprecation,
                    Optional = Words.Optional,
                    Default = @default,
                    Examples = Examples,
                    Enum = allowed,
                    Range = Range,
                    Pattern = Expression?.ToString(),
                    Expression = Expression,
                    MinLength = Least,
                    MaxLength = Most,
                    UniqueItems = Keywords.TryGetValue("uniqueItems", out var unique) && unique.Value.Kind == TomlKind.Boolean
                    && unique.Value.AsBoolean(),
                    Items = Items,
                    Fields = Fields,
                };
    }
}
