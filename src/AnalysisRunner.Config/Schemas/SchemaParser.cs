using System;
using System.Collections.Generic;
using System.Linq;
using AnalysisRunner.Toml;

namespace AnalysisRunner.Config;

/// <summary>Reads one schema file: tables are sections, a table whose <c>type</c> is a string is a value.</summary>
internal sealed class SchemaParser
{
    private readonly TomlDocument _document;
    private readonly string _file;
    private readonly List<ConfigProblem> _problems = [];

    internal SchemaParser(TomlDocument document)
    {
        _document = document;
        _file = document.Path ?? "schema";
    }

    internal SchemaFile Parse()
    {
        _problems.AddRange(_document.Errors.Select(error => ConfigProblem.FromSyntax(error, _file)));
        var root = new SchemaSection { File = _file };
        string? name = null, @namespace = null;
        foreach (var entry in _document.Root)
        {
            if (entry.Key == "schema") (name, @namespace) = ParseHeader(entry);
            else if (entry.Value.Kind == TomlKind.Table) AddChild(root, entry);
            else Report(ConfigCodes.UnknownKeyword, entry.KeySpan, ConfigKeys.Quote(entry.Key), NotATable(entry));
        }
        return new SchemaFile(_file, root, name ?? SchemaFile.DefaultClassName(_file), @namespace, _problems);
    }

    private (string? Name, string? Namespace) ParseHeader(TomlEntry header)
    {
        if (header.Value.Kind != TomlKind.Table || (header.Value.AsTable().TryGet("type", out var type) && type.Kind == TomlKind.String))
        {
            Report(ConfigCodes.ReservedName, header.KeySpan, "schema",
                "\"schema\" is reserved for the table that names the generated class, so "
                + "config cannot have a key of that name. Choose another name.");
            return default;
        }
        string? name = null, @namespace = null;
        foreach (var entry in header.Value.AsTable())
        {
            var (key, path) = (entry.Key, ConfigKeys.Join("schema", entry.Key));
            if (!SchemaKeywords.OfHeader.Contains(key))
            {
                Report(ConfigCodes.UnknownKeyword, entry.KeySpan, path, "\"" + key + "\" is not a keyword of [schema]; these are: "
                    + string.Join(", ", SchemaKeywords.OfHeader) + "." + Spelling.DidYouMean(key, SchemaKeywords.OfHeader));
            }
            else if (entry.Value.Kind != TomlKind.String)
            {
                ReportKeyword(entry, path, "a string");
            }
            else if (key != "description")
            {
                var text = entry.Value.AsString();
                var valid = key == "name" ? SchemaNames.IsIdentifier(text) : text.Split('.').All(SchemaNames.IsIdentifier);
                if (!valid) Report(ConfigCodes.BadClassName, entry.Value.Span, path, ConfigText.Quote(text) + " is not a C# " + key
                    + ": use letters, digits and underscores" + (key == "name" ? "." : ", with dots between the parts."));
                else if (key == "name" && text == SchemaNames.SchemaHolder)
                    Report(ConfigCodes.ReservedName, entry.Value.Span, path, ConfigText.Quote(text)
                        + " is the class that holds the schemas of a project, so no schema can have it. Choose another name.");
                else if (key == "name") name = text;
                else @namespace = text;
            }
        }
        return (name, @namespace);
    }

    private void AddChild(SchemaSection parent, TomlEntry entry)
    {
        if (ParseNode(entry, ConfigKeys.Join(parent.Path, entry.Key)) is { } child) parent.Add(child);
    }

    private SchemaNode? ParseNode(TomlEntry entry, string path)
    {
        var table = entry.Value.AsTable();
        if (!table.TryGetEntry("type", out var type) || type.Value.Kind == TomlKind.Table) return ParseSection(entry, path);
        if (type.Value.Kind == TomlKind.String) return new SchemaValueParser(this, entry, path).Parse();
        ReportKeyword(type, path, "a string that names a type");
        return null;
    }

    private SchemaSection ParseSection(TomlEntry section, string path)
    {
        var words = new SchemaWords();
        var children = new List<TomlEntry>();
        foreach (var entry in section.Value.AsTable())
        {
            if (entry.Value.Kind == TomlKind.Table) children.Add(entry);
            else if (SchemaKeywords.OfSections.Contains(entry.Key)) ReadWord(words, entry, path);
            else Report(ConfigCodes.UnknownKeyword, entry.KeySpan, ConfigKeys.Join(path, entry.Key), NotATable(entry));
        }
        var parsed = new SchemaSection
        {
            Key = section.Key,
            Path = path,
            File = _file,
            Span = section.KeySpan,
            Description = words.Description,
            Optional = words.Optional,
            Deprecation = words.Deprecation,
        };
        foreach (var child in children) AddChild(parsed, child);
        return parsed;
    }

    /// <summary>The fields of a value of type table.</summary>
    internal SchemaSection ParseFields(IEnumerable<TomlEntry> fields, string path, TomlSpan span)
    {
        var section = new SchemaSection { Path = path, File = _file, Span = span };
        foreach (var field in fields) AddChild(section, field);
        return section;
    }

    /// <summary>Reads one of the keywords that sections and values share.</summary>
    internal void ReadWord(SchemaWords words, TomlEntry entry, string path)
    {
        var value = entry.Value;
        switch (entry.Key)
        {
            case "description":
                if (value.Kind == TomlKind.String) words.Description = value.AsString();
                else ReportKeyword(entry, path, "a string");
                break;
            case "optional":
                if (value.Kind == TomlKind.Boolean) words.Optional = value.AsBoolean();
                else ReportKeyword(entry, path, "true or false");
                break;
            case "deprecated":
                if (value.Kind == TomlKind.String) words.Deprecation = value.AsString();
                else if (value.Kind == TomlKind.Boolean) words.Deprecation = value.AsBoolean() ? "" : null;
                else ReportKeyword(entry, path, "true, false, or a string that says what to use instead");
                break;
        }
    }

    internal string File => _file;

    internal void ReportKeyword(TomlEntry entry, string path, string expected) => Report(ConfigCodes.KeywordValue, entry.Value.Span, path,
        "The keyword \"" + entry.Key + "\" is " + ConfigText.Describe(entry.Value) + "; it must be " + expected + ".");

    internal void Report(string code, TomlSpan span, string path, string message) =>
        _problems.Add(new ConfigProblem(code, message, path, _file, span));

    private static string NotATable(TomlEntry entry)
    {
        var key = ConfigKeys.Quote(entry.Key);
        if (entry.Value.Kind == TomlKind.String && SchemaTypeNames.TryParse(entry.Value.AsString(), out _))
            return "\"" + entry.Key + "\" is a string, but a key is declared by a table. Write: " + key + " = { type = \""
                + entry.Value.AsString() + "\" }";
        return "\"" + entry.Key + "\" is not a keyword of a section; those are: " + string.Join(", ", SchemaKeywords.OfSections) + "."
            + Spelling.DidYouMean(entry.Key, SchemaKeywords.OfSections) + " A key of config is declared by a table: " + key
            + " = { type = \"string\" }";
    }
}

/// <summary>The keywords that sections and values share.</summary>
internal sealed class SchemaWords
{
    internal string? Description { get; set; }

    internal bool Optional { get; set; }

    internal string? Deprecation { get; set; }
}
