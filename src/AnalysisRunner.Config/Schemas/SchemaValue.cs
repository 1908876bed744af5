using System;
using System.Collections.Generic;
using System.Text.RegularExpressions;
using AnalysisRunner.Toml;

namespace AnalysisRunner.Config;

/// <summary>A key with a type, or the items of an array or map.</summary>
public sealed class SchemaValue : SchemaNode
{
    /// <summary>The type of the value.</summary>
    public SchemaType Type { get; init; }

    /// <summary>What holds when the key is left out; null when there is no default.</summary>
    public TomlValue? Default { get; init; }

    /// <summary>Values that fit, to show to people; empty when the schema gives none.</summary>
    public IReadOnlyList<TomlValue> Examples { get; init; } = [];

    /// <summary>The only values allowed; empty when all are.</summary>
    public IReadOnlyList<TomlValue> Enum { get; init; } = [];

    /// <summary>The bounds of an integer or number.</summary>
    public SchemaRange Range { get; init; } = SchemaRange.Everything;

    /// <summary>The regular expression that must match somewhere in the text (JSON Schema's meaning: not anchored).</summary>
    public string? Pattern { get; init; }

    /// <summary>The least number of characters (Unicode code points) or items; null when there is none.</summary>
    public long? MinLength { get; init; }

    /// <summary>The greatest number of characters (Unicode code points) or items; null when there is none.</summary>
    public long? MaxLength { get; init; }

    /// <summary>Whether no item of an array may occur twice.</summary>
    public bool UniqueItems { get; init; }

    /// <summary>What each item of an array, or each value of a map, must be.</summary>
    public SchemaValue? Items { get; init; }

    /// <summary>The fields of a table.</summary>
    public SchemaSection? Fields { get; init; }

    /// <summary>Whether some layer of config must set it.</summary>
    public bool IsRequired => !Optional && Default is null;

    /// <summary>The compiled <see cref="Pattern"/>. A match takes one second at most: config must not be able to hang a build.</summary>
    internal Regex? Expression { get; init; }

    internal static Regex CompilePattern(string pattern) => new(pattern, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));

    internal SchemaValue AsSuppliedByServer() => new()
    {
        Key = Key,
        Path = Path,
        Description = Description,
        Deprecation = Deprecation,
        Optional = Optional,
        SuppliedByServer = true,
        File = File,
        Span = Span,
        Type = Type,
        Default = Default,
        Examples = Examples,
        Enum = Enum,
        Range = Range,
        Pattern = Pattern,
        Expression = Expression,
        MinLength = MinLength,
        MaxLength = MaxLength,
        UniqueItems = UniqueItems,
        Items = Items,
        Fields = Fields,
    };
}
