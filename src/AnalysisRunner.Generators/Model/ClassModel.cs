namespace AnalysisRunner.Generators;

/// <summary>A config class to emit, with everything nested in it.</summary>
/// <param name="Namespace">Its namespace; empty for the global one.</param>
/// <param name="HintName">The name of the generated file.</param>
/// <param name="SchemaHolder">The full name of the class that holds the project's schemas.</param>
/// <param name="Root">The record.</param>
internal sealed record ClassModel(string Namespace, string HintName, string SchemaHolder, RecordModel Root);

/// <summary>A record: one section, or the table type of a value.</summary>
internal sealed record RecordModel(
    string Name, string Summary, EquatableArray<MemberModel> Members, EquatableArray<RecordModel> Records, EquatableArray<EnumModel> Enums);

/// <summary>How a member gets its value when nobody sets it.</summary>
internal enum Presence
{
    /// <summary>It must be given: a parameter of the record.</summary>
    Required,

    /// <summary>It may be null.</summary>
    Optional,

    /// <summary>It has a default.</summary>
    Defaulted,
}

/// <summary>A property of a record.</summary>
/// <param name="Key">The key in TOML.</param>
/// <param name="Name">The name in C#.</param>
/// <param name="Type">Its type; null for a section.</param>
/// <param name="Section">The record of a section; null for a value.</param>
/// <param name="Presence">How it gets its value.</param>
/// <param name="Initialiser">The C# expression of the default; null when there is none.</param>
/// <param name="Summary">What it means.</param>
/// <param name="Deprecation">Null unless deprecated; else the reason.</param>
internal sealed record MemberModel(
    string Key, string Name, TypeModel? Type, string? Section, Presence Presence, string? Initialiser, string Summary, string? Deprecation);

/// <summary>The type of a value.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Name">The name of the record or enum, when it has one.</param>
/// <param name="Items">The items of an array or map.</param>
internal sealed record TypeModel(TypeKind Kind, string? Name = null, TypeModel? Items = null);

/// <summary>The kinds of types in emitted code.</summary>
internal enum TypeKind
{
    Text, Integer, Number, Boolean, DateTime, Date, Time, Duration, Enum, Array, Map, Table,
}

/// <summary>An enum for a string with a fixed set of texts.</summary>
internal sealed record EnumModel(string Name, string Summary, EquatableArray<EnumMemberModel> Members);

/// <summary>A member of an enum and the text that stands for it in config.</summary>
internal sealed record EnumMemberModel(string Name, string Text);

/// <summary>The texts of all schemas of the project, which the running program judges config by.</summary>
/// <param name="Namespace">The namespace of the class that holds them.</param>
/// <param name="IsComplete">Whether they declare all that config may contain.</param>
/// <param name="Files">The schemas.</param>
internal sealed record SchemaHolderModel(string Namespace, bool IsComplete, EquatableArray<SchemaTextModel> Files);

/// <summary>One schema text.</summary>
internal sealed record SchemaTextModel(string Path, string Text);
