using System;

namespace AnalysisRunner.Toml;

/// <summary>A stretch of a document. Lines and columns are worked out when asked for.</summary>
public readonly struct TomlSpan : IEquatable<TomlSpan>
{
    private readonly TomlSource? _source;

    internal TomlSpan(TomlSource source, int start, int length)
    {
        _source = source;
        Start = start;
        Length = length;
    }

    /// <summary>The offset of the first byte in the UTF-8 text.</summary>
    public int Start { get; }

    /// <summary>The length in bytes of UTF-8.</summary>
    public int Length { get; }

    /// <summary>The one-based line of the first character; 1 for an empty span.</summary>
    public int Line => _source is null ? 1 : _source.LineOf(Start);

    /// <summary>The one-based column of the first character, in UTF-16 units.</summary>
    public int Column => _source is null ? 1 : _source.ColumnOf(Start);

    /// <summary>The one-based line of the position after the last character.</summary>
    public int EndLine => _source is null ? 1 : _source.LineOf(Start + Length);

    /// <summary>The one-based column of the position after the last character, in UTF-16 units.</summary>
    public int EndColumn => _source is null ? 1 : _source.ColumnOf(Start + Length);

    /// <summary>Whether two spans are the same stretch of the same document.</summary>
    public static bool operator ==(TomlSpan left, TomlSpan right) => left.Equals(right);

    /// <summary>Whether two spans differ.</summary>
    public static bool operator !=(TomlSpan left, TomlSpan right) => !left.Equals(right);

    /// <inheritdoc/>
    public bool Equals(TomlSpan other) => ReferenceEquals(_source, other._source) && Start == other.Start && Length == other.Length;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is TomlSpan other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => (Start * 397) ^ Length;
}
