using System;
using System.Collections.Generic;
using System.Linq;
using AnalysisRunner.Toml;

namespace AnalysisRunner.Config;

/// <summary>
/// Writes a <see cref="Schema"/> as JSON Schema 2020-12, by which TOML editors complete and check a config file as the build would: with the verdicts of
/// <see cref="ConfigRules"/> on a user's file, judged alone. What JSON Schema cannot say is listed in <c>docs/reference/schema.md</c>; there it is the
/// more lenient of the two, save for infinite and undefined numbers, which JSON does not have.
/// </summary>
public sealed class JsonSchemaWriter
{
    private readonly JsonText _json = new();
    private readonly bool _refusesUnknownKeys;

    private JsonSchemaWriter(bool refusesUnknownKeys) => _refusesUnknownKeys = refusesUnknownKeys;

    /// <summary>The schema as JSON: indented, lines ended by a line feed, the same text for the same schema on every machine.</summary>
    /// <param name="schema">What config may contain.</param>
    /// <param name="title">What editors call it; null for no title.</param>
    public static string Write(Schema schema, string? title = null)
    {
        if (schema is null) throw new ArgumentNullException(nameof(schema));
        var writer = new JsonSchemaWriter(schema.IsComplete);
        var json = writer._json;
        json.Open('{');
        json.Name("$schema").Value("https://json-schema.org/draft/2020-12/schema");
        if (title is not null) json.Name("title").Value(title);
        writer.WriteTable(schema.Root, judgesMissing: true);
        json.Close('}');
        return json.ToString();
    }

    /// <summary>The keywords of a table.</summary>
    /// <param name="section">What may be in it.</param>
    /// <param name="judgesMissing">Whether absent keys are mistakes: not in the open sections, whose other keys only the server knows.</param>
    private void WriteTable(SchemaSection section, bool judgesMissing)
    {
        judgesMissing &= !section.IsOpen;
        _json.Name("type").Value("object");
        _json.Name("properties").Open('{');
        foreach (var node in section.Children)
        {
            _json.Name(node.Key).Open('{');
            if (IsProtected(section, node)) WriteProtected(node);
            else if (node is SchemaSection child)
            {
                WriteWords(child);
                WriteTable(child, judgesMissing);
            }
            // What the server supplies is never missing in a file, down to the fields of its tables.
            else WriteValue((SchemaValue)node, judgesMissing && !node.SuppliedByServer);
            _json.Close('}');
        }
        _json.Close('}');
        var required = judgesMissing ? section.Children.Where(IsRequired).ToList() : [];
        if (required.Count > 0)
        {
            _json.Name("required").Open('[');
            foreach (var node in required) _json.NewItem().Value(node.Key);
            _json.Close(']');
        }
        if (_refusesUnknownKeys && !section.IsOpen) _json.Name("additionalProperties").Value(false);
    }

    private void WriteValue(SchemaValue value, bool judgesMissing)
    {
        WriteWords(value);
        if (value.Default is { } @default) _json.Name("default").Value(@default);
        WriteList("examples", value.Examples);
        switch (value.Type)
        {
            case SchemaType.Boolean:
                _json.Name("type").Value("boolean");
                break;
            case SchemaType.Integer or SchemaType.Number:
                _json.Name("type").Value(value.Type == SchemaType.Integer ? "integer" : "number");
                WriteRange(value.Range);
                break;
            case SchemaType.Array:
                _json.Name("type").Value("array");
                WriteBound("minItems", value.MinLength);
                WriteBound("maxItems", value.MaxLength);
                if (value.UniqueItems) _json.Name("uniqueItems").Value(true);
                // No other file can add to a table inside an array, so there is no reason to wait for one.
                WriteNested("items", value.Items, judgesMissing: true);
                break;
            case SchemaType.Table:
                WriteTable(value.Fields!, judgesMissing);
                break;
            case SchemaType.Map:
                _json.Name("type").Value("object");
                WriteNested("additionalProperties", value.Items, judgesMissing);
                break;
            default:
                _json.Name("type").Value("string");
                WriteText(value);
                break;
        }
        WriteList("enum", value.Enum);
    }

    // Editors hand TOML's dates and times over as text. "format" asserts nothing by itself in 2020-12, so there is a pattern beside it. RFC 3339's "time" has
    // an offset, which TOML's has not; "time-local" is the registered name of one without.
    private void WriteText(SchemaValue value)
    {
        switch (value.Type)
        {
            case SchemaType.DateTime:
                _json.Name("format").Value("date-time");
                _json.Name("pattern").Value(DateTimeValues.DateTimePattern);
                break;
            case SchemaType.Date:
                _json.Name("format").Value("date");
                _json.Name("pattern").Value(DateTimeValues.DatePattern);
                break;
            case SchemaType.Time:
                _json.Name("format").Value("time-local");
                _json.Name("pattern").Value(DateTimeValues.TimePattern);
                break;
            case SchemaType.Duration:
                _json.Name("maxLength").Value(DurationText.MaxLength);
                _json.Name("pattern").Value(DurationText.ShortPattern + "|" + DurationText.IsoPattern);
                break;
            default:
                WriteBound("minLength", value.MinLength);
                WriteBound("maxLength", value.MaxLength);
                WritePatterns(value);
                break;
        }
    }

    private void WritePatterns(SchemaValue value)
    {
        var patterns = new List<string>();
        if (value.Type == SchemaType.Path) patterns.Add(PathText.Pattern);
        if (value.Pattern is { } own)
        {
            if (PortablePattern.IsPortable(own)) patterns.Insert(0, own);
            else _json.Name("$comment").Value("The build also wants a match of the .NET regular expression " + own);
        }
        if (patterns.Count > 0) _json.Name("pattern").Value(patterns[0]);
        if (patterns.Count < 2) return;
        _json.Name("allOf").Open('[');
        _json.NewItem().Open('{');
        _json.Name("pattern").Value(patterns[1]);
        _json.Close('}');
        _json.Close(']');
    }

    private void WriteRange(SchemaRange range)
    {
        WriteNumber("minimum", range.Minimum);
        WriteNumber("maximum", range.Maximum);
        WriteNumber("exclusiveMinimum", range.ExclusiveMinimum);
        WriteNumber("exclusiveMaximum", range.ExclusiveMaximum);
        // A bound at the wrong infinity leaves no number that JSON could write.
        if (IsInfinite(range.Minimum, positive: true) || IsInfinite(range.Maximum, positive: false)) WriteNothing();
    }

    private void WriteNumber(string keyword, TomlValue? bound)
    {
        if (bound is { } value && JsonText.IsFinite(value)) _json.Name(keyword).Value(value);
    }

    private void WriteBound(string keyword, long? bound)
    {
        if (bound is { } value) _json.Name(keyword).Value(value);
    }

    private void WriteNested(string keyword, SchemaValue? items, bool judgesMissing)
    {
        if (items is null) return;
        _json.Name(keyword).Open('{');
        WriteValue(items, judgesMissing);
        _json.Close('}');
    }

    private void WriteList(string keyword, IReadOnlyList<TomlValue> values)
    {
        var writable = values.Where(JsonText.IsFinite).ToList();
        if (writable.Count == 0) return;
        _json.Name(keyword).Open('[');
        foreach (var value in writable) _json.NewItem().Value(value);
        _json.Close(']');
    }

    private void WriteWords(SchemaNode node)
    {
        var reason = node.Deprecation is { Length: > 0 } words ? "Deprecated: " + words : null;
        var description = string.Join("\n\n", new[] { node.Description, reason }.Where(text => text is not null));
        if (description.Length > 0) _json.Name("description").Value(description);
        if (node.Deprecation is not null) _json.Name("deprecated").Value(true);
    }

    private void WriteProtected(SchemaNode node)
    {
        var words = "Set by the server, which alone says who runs what on which data; a config file may not set it.";
        _json.Name("description").Value(node.Description is { } description ? description + "\n\n" + words : words);
        _json.Name("readOnly").Value(true);
        WriteNothing();
    }

    private void WriteNothing()
    {
        _json.Name("not").Open('{');
        _json.Close('}');
    }

    private static bool IsProtected(SchemaSection section, SchemaNode node) =>
        section.Path == ConfigRules.ProtectedSection && ConfigRules.ProtectedWorkflowKeys.Contains(node.Key);

    private static bool IsRequired(SchemaNode node) => node switch
    {
        SchemaValue value => value.IsRequired && !value.SuppliedByServer,
        SchemaSection section => !section.Optional && !section.IsOpen && section.Children.Any(IsRequired),
        _ => false,
    };

    private static bool IsInfinite(TomlValue? bound, bool positive) =>
        bound is { Kind: TomlKind.Float } value && (positive ? double.IsPositiveInfinity(value.AsFloat()) : double.IsNegativeInfinity(value.AsFloat()));
}
