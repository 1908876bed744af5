using System;

namespace AnalysisRunner.Toml;

/// <summary>One value of a document, with the key that it has if it lies in a table. Links are indices; 0 (the root) is "none".</summary>
internal struct TomlNode
{
    /// <summary>First byte of the value; of a header table, of its header; of an implied table, of the key that implied it.</summary>
    public int Start;

    /// <summary>Length of the value in bytes.</summary>
    public int Length;

    /// <summary>First byte of the key's content; the number of the key that is kept aside when it has escapes.</summary>
    public int KeyStart;

    /// <summary>The next value in the same table or array.</summary>
    public int Next;

    /// <summary>The number of the list of children; 0 if there are none.</summary>
    public int Children;

    private const int KindShift = 12;

    private ushort _keyLength;
    private ushort _kindAndFlags;

    /// <summary>Length of the key's content in bytes, but for a key kept aside its lowest 16 bits.</summary>
    public int KeyLength
    {
        readonly get => _keyLength;
        set => _keyLength = unchecked((ushort)value);
    }

    public TomlKind Kind
    {
        readonly get => (TomlKind)(_kindAndFlags >> KindShift);
        set => _kindAndFlags = (ushort)(((int)value << KindShift) | (_kindAndFlags & ((1 << KindShift) - 1)));
    }

    public NodeFlags Flags
    {
        readonly get => (NodeFlags)(_kindAndFlags & ((1 << KindShift) - 1));
        set => _kindAndFlags = (ushort)((_kindAndFlags & ~((1 << KindShift) - 1)) | (int)value);
    }

    public readonly bool Has(NodeFlags flags) => (_kindAndFlags & (ushort)flags) != 0;
}

/// <summary>The values of a table or array, linked by <see cref="TomlNode.Next"/>.</summary>
internal struct TomlChildren
{
    public int First;

    public int Last;

    public int Count;

    /// <summary>A bit for the shape of each key that is there: most keys that are not are known by it without a search.</summary>
    public ulong Shapes;
}

/// <summary>What the reader has to remember about a node beside its place. Twelve bits at most: the kind has the other four.</summary>
[Flags]
internal enum NodeFlags : ushort
{
    None = 0,

    /// <summary>The key stands in quotes.</summary>
    QuotedKey = 1,

    /// <summary>The key has escapes or is longer than 65,535 bytes: it is kept aside, decoded.</summary>
    EscapedKey = 2,

    /// <summary>The string has escapes or line endings to be normalised.</summary>
    Escaped = 4,

    /// <summary>The string has three quotes on each side.</summary>
    Multiline = 8,

    /// <summary>The string stands in single quotes.</summary>
    Literal = 16,

    /// <summary>The table has a header of its own.</summary>
    Explicit = 32,

    /// <summary>The table was implied by a header below it.</summary>
    Implied = 64,

    /// <summary>The table was made by a dotted key.</summary>
    Dotted = 128,

    /// <summary>The section of the dotted key that made the table has ended.</summary>
    Closed = 256,

    /// <summary>The table is an inline table.</summary>
    Inline = 512,

    /// <summary>The array was made by <c>[[header]]</c>.</summary>
    ArrayOfTables = 1024,

    /// <summary>The table's keys are in the key index.</summary>
    Indexed = 2048,
}
