using System;
using System.Collections.Generic;
using System.Linq;
using AnalysisRunner.Config;
using AnalysisRunner.Toml;

namespace AnalysisRunner.Generators;

/// <summary>Turns one section into one record, with the records and enums nested in it.</summary>
internal sealed class RecordBuilder
{
    private readonly string _name;
    private readonly SchemaSection _section;
    private readonly string _summary;
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);
    private readonly List<RecordModel> _records = [];
    private readonly List<EnumModel> _enums = [];

    // A record's parameters do not see the types nested in it, so all types go by their full names.
    private readonly string _fullName;

    internal RecordBuilder(string scope, string name, SchemaSection section, string summary)
    {
        _fullName = scope + CSharp.Identifier(name);
        _name = name;
        _section = section;
        _summary = summary;
    }

    internal RecordModel Build()
    {
        var members = new List<MemberModel>();
        var named = new List<(SchemaNode Node, string Name)>();
        // A record may have neither a member of its own name nor two of one name (the second key was reported as AR3008).
        _taken.Add(_name);
        foreach (var node in _section.Children)
        {
            var name = SchemaNames.Member(node.Key, _section.Path.Length == 0);
            if (name == _name) name += "Value";
            if (_taken.Add(name)) named.Add((node, name));
        }
        foreach (var (node, name) in named) members.Add(node is SchemaSection section ? Member(section, name)
            : Member((SchemaValue)node, name));
        return new RecordModel(_name, _summary, new(members), new(_records), new(_enums));
    }

    private MemberModel Member(SchemaSection section, string name)
    {
        var record = Add(name + "Section", section, section.Description ?? "The section " + section.Path + ".");
        var presence = section.Optional ? Presence.Optional
            : record.Members.Any(member => member.Presence == Presence.Required) ? Presence.Required
            : Presence.Defaulted;
        return new MemberModel(section.Key, name, null, FullName(record.Name), presence,
            presence == Presence.Defaulted ? "new " + FullName(record.Name) + "()" : null,
            section.Description ?? "The section " + section.Path + ".", section.Deprecation);
    }

    private MemberModel Member(SchemaValue value, string name)
    {
        var type = TypeOf(value, name);
        var presence = value.Optional ? Presence.Optional : value.Default is null ? Presence.Required : Presence.Defaulted;
        return new MemberModel(value.Key, name, type, null, presence, value.Default is { } @default ? Initialiser(@default, type) : null,
            Summary(value), value.Deprecation);
    }

    private RecordModel Add(string name, SchemaSection section, string summary)
    {
        var record = new RecordBuilder(_fullName + ".", Free(name), section, summary).Build();
        _records.Add(record);
        return record;
    }

    private TypeModel TypeOf(SchemaValue value, string name)
    {
        switch (value.Type)
        {
            case SchemaType.String when value.Enum.Count > 0:
                return new TypeModel(TypeKind.Enum, FullName(AddEnum(name, value)));
            case SchemaType.Array or SchemaType.Map:
                var kind = value.Type == SchemaType.Array ? TypeKind.Array : TypeKind.Map;
                // Without items the schema is in error already; strings keep the rest of the code in one piece.
                return new TypeModel(kind, Items: value.Items is { } items ? TypeOf(items, name) : new TypeModel(TypeKind.Text));
            case SchemaType.Table:
                var table = Add(name + "Table", value.Fields!, value.Description ?? "The table " + value.Path + ".");
                return new TypeModel(TypeKind.Table, FullName(table.Name));
            default:
                return new TypeModel(value.Type switch
                {
                    SchemaType.Integer => TypeKind.Integer,
                    SchemaType.Number => TypeKind.Number,
                    SchemaType.Boolean => TypeKind.Boolean,
                    SchemaType.DateTime => TypeKind.DateTime,
                    SchemaType.Date => TypeKind.Date,
                    SchemaType.Time => TypeKind.Time,
                    SchemaType.Duration => TypeKind.Duration,
                    _ => TypeKind.Text,
                });
        }
    }

    private string AddEnum(string name, SchemaValue value)
    {
        var members = new List<EnumMemberModel>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var text in value.Enum.Select(item => item.AsString()))
        {
            var member = SchemaNames.Pascal(text);
            // "a-b" and "a_b" are two texts of one enum: the second gets a number, which is stable because the order of the schema is.
            for (var n = 2; !names.Add(member); n++) member = SchemaNames.Pascal(text) + "_" + CSharp.Number(n);
            members.Add(new EnumMemberModel(member, text));
        }
        var model = new EnumModel(Free(name + "Option", "Parse"), "The values of " + value.Path + ".", new(members));
        _enums.Add(model);
        return model.Name;
    }

    private string FullName(string nested) => _fullName + "." + nested;

    /// <summary>The name, or else the name with the first number that makes it free; with a companion, both are taken.</summary>
    private string Free(string name, string companionPrefix = "")
    {
        var free = name;
        for (var n = 2; _taken.Contains(free) || _taken.Contains(companionPrefix + free); n++) free = name + CSharp.Number(n);
        _taken.Add(companionPrefix + free);
        _taken.Add(free);
        return free;
    }

    private static string Summary(SchemaValue value)
    {
        var summary = value.Description ?? "The key " + value.Path + ".";
        if (value.Range.Minimum is { } least) summary += "\nAt least " + least.RawText + ".";
        if (value.Range.ExclusiveMinimum is { } above) summary += "\nAbove " + above.RawText + ".";
        if (value.Range.Maximum is { } most) summary += "\nAt most " + most.RawText + ".";
        if (value.Range.ExclusiveMaximum is { } below) summary += "\nBelow " + below.RawText + ".";
        return summary;
    }

    private string Initialiser(TomlValue value, TypeModel type)
    {
        if (type.Kind == TypeKind.Enum) return type.Name + "."
            + _enums.Single(e => FullName(e.Name) == type.Name).Members.First(m => m.Text == value.AsString()).Name;
        if (type.Kind == TypeKind.Array)
        {
            var item = CSharp.TypeName(type.Items!);
            return value.AsArray().Count == 0
                ? "global::System.Array.Empty<" + item + ">()"
                : "new " + CSharp.ArrayOf(type.Items!) + " { "
                + string.Join(", ", value.AsArray().Select(v => Initialiser(v, type.Items!))) + " }";
        }
        if (type.Kind == TypeKind.Map)
        {
            var entries = value.AsTable().Select(e => "[" + CSharp.Literal(e.Key) + "] = " + Initialiser(e.Value, type.Items!)).ToList();
            return "new global::System.Collections.Generic.Dictionary<string, " + CSharp.TypeName(type.Items!)
                + ">(global::System.StringComparer.Ordinal)"
                + (entries.Count == 0 ? "" : " { " + string.Join(", ", entries) + " }");
        }
        return CSharp.Literal(value, type.Kind);
    }
}
