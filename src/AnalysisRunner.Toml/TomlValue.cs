using System;

namespace AnalysisRunner.Toml;

/// <summary>A view of one value. Texts, floats and dates are decoded when asked for, each time anew.</summary>
public readonly struct TomlValue
{
    private readonly TomlDocument _document;
    private readonly int _node;

    internal TomlValue(TomlDocument document, int node)
    {
        _document = document;
        _node = node;
    }

    /// <summary>What the value is.</summary>
    public TomlKind Kind => Node.Kind;

    /// <summary>Where it stands; for tables see <see cref="TomlTable.Span"/>.</summary>
    public TomlSpan Span => _document.Tree.Source.Span(Node.Start, Node.Length);

    /// <summary>The text of <see cref="Span"/> as written.</summary>
    public string RawText => _document.Tree.Source.Decode(Node.Start, Node.Length);

    private ref readonly TomlNode Node => ref _document.Tree[_node];

    private ReadOnlySpan<byte> Raw => _document.Tree.Source.Text.Slice(Node.Start, Node.Length);

    /// <summary>The text of a string.</summary>
    /// <exception cref="InvalidOperationException">The value is of another kind.</exception>
    public string AsString()
    {
        Require(TomlKind.String);
        return StringDecoder.Decode(_document.Tree.Source, Node);
    }

    /// <summary>The value of an integer.</summary>
    /// <exception cref="InvalidOperationException">The value is of another kind.</exception>
    public long AsInteger()
    {
        Require(TomlKind.Integer);
        return NumberDecoder.TryInteger(Raw, out var value) ? value : throw new InvalidOperationException();
    }

    /// <summary>The value of a float, correctly rounded; a magnitude beyond double is an infinity.</summary>
    /// <exception cref="InvalidOperationException">The value is of another kind.</exception>
    public double AsFloat()
    {
        Require(TomlKind.Float);
        return NumberDecoder.Float(Raw);
    }

    /// <summary>The value of a boolean.</summary>
    /// <exception cref="InvalidOperationException">The value is of another kind.</exception>
    public bool AsBoolean()
    {
        Require(TomlKind.Boolean);
        return Node.Length == 4;
    }

    /// <summary>The value of a date and time with offset.</summary>
    /// <exception cref="InvalidOperationException">The value is of another kind.</exception>
    public TomlOffsetDateTime AsOffsetDateTime()
    {
        Require(TomlKind.OffsetDateTime);
        return DateTimeDecoder.OffsetDateTime(Raw);
    }

    /// <summary>The value of a date and time without offset.</summary>
    /// <exception cref="InvalidOperationException">The value is of another kind.</exception>
    public TomlLocalDateTime AsLocalDateTime()
    {
        Require(TomlKind.LocalDateTime);
        return DateTimeDecoder.LocalDateTime(Raw);
    }

    /// <summary>The value of a date.</summary>
    /// <exception cref="InvalidOperationException">The value is of another kind.</exception>
    public TomlLocalDate AsLocalDate()
    {
        Require(TomlKind.LocalDate);
        return DateTimeDecoder.Date(Raw);
    }

    /// <summary>The value of a time of day.</summary>
    /// <exception cref="InvalidOperationException">The value is of another kind.</exception>
    public TomlLocalTime AsLocalTime()
    {
        Require(TomlKind.LocalTime);
        return DateTimeDecoder.Time(Raw, out _);
    }

    /// <summary>The elements of an array.</summary>
    /// <exception cref="InvalidOperationException">The value is of another kind.</exception>
    public TomlArray AsArray()
    {
        Require(TomlKind.Array);
        return new TomlArray(_document, _node);
    }

    /// <summary>The entries of a table.</summary>
    /// <exception cref="InvalidOperationException">The value is of another kind.</exception>
    public TomlTable AsTable()
    {
        Require(TomlKind.Table);
        return new TomlTable(_document, _node);
    }

    private void Require(TomlKind kind)
    {
        if (Kind != kind) throw new InvalidOperationException($"The value '{RawText}' is of kind {Kind}, not {kind}.");
    }
}
