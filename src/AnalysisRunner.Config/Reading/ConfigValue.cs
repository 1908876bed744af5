using System;
using System.Collections.Generic;
using System.Linq;
using AnalysisRunner.Toml;

namespace AnalysisRunner.Config;

/// <summary>A value of config that was found valid: what generated code converts to C# types.</summary>
public sealed class ConfigValue
{
    private readonly SchemaValue _schema;
    private readonly ConfigNode? _node;
    private readonly TomlValue _value;

    internal ConfigValue(SchemaValue schema, ConfigNode node)
    {
        _schema = schema;
        _node = node;
        if (!node.IsTable) _value = node.Value;
    }

    internal ConfigValue(SchemaValue schema, TomlValue value)
    {
        _schema = schema;
        _value = value;
        if (value.Kind == TomlKind.Table) _node = ConfigNode.FromTable(value.AsTable(), schema.Path);
    }

    /// <summary>A string, path or enum value.</summary>
    public string AsString() => _value.AsString();

    /// <summary>An integer.</summary>
    public long AsInteger() => _value.AsInteger();

    /// <summary>A number.</summary>
    public double AsNumber() => Numbers.AsDouble(_value);

    /// <summary>A boolean.</summary>
    public bool AsBoolean() => _value.AsBoolean();

    /// <summary>A date-time. Digits beyond 100 nanoseconds are cut off.</summary>
    public DateTimeOffset AsDateTime() => DateTimeValues.ToDateTimeOffset(_value.AsOffsetDateTime());

#if NET
    /// <summary>A date.</summary>
    public DateOnly AsDate() => new(_value.AsLocalDate().Year, _value.AsLocalDate().Month, _value.AsLocalDate().Day);

    /// <summary>A time of day. Digits beyond 100 nanoseconds are cut off.</summary>
    public TimeOnly AsTime() => new(DateTimeValues.Ticks(_value.AsLocalTime()));
#endif

    /// <summary>A duration.</summary>
    public TimeSpan AsDuration() => DurationText.TryParse(_value.AsString(), out var duration)
        ? duration
        : throw new FormatException("\"" + _value.AsString() + "\" is not a duration.");

    /// <summary>A table with declared fields.</summary>
    public ConfigTable AsTable() => new(_schema.Fields ?? throw WrongShape(), _node);

    /// <summary>The items of an array, converted.</summary>
    public IReadOnlyList<T> AsArray<T>(Func<ConfigValue, T> convert)
    {
        var items = _schema.Items ?? throw WrongShape();
        return [.. _value.AsArray().Select(item => convert(new ConfigValue(items, item)))];
    }

    /// <summary>The entries of a map, converted.</summary>
    public IReadOnlyDictionary<string, T> AsMap<T>(Func<ConfigValue, T> convert)
    {
        var items = _schema.Items ?? throw WrongShape();
        return (_node ?? throw WrongShape()).Children.ToDictionary(
            child => child.Key, child => convert(new ConfigValue(items, child)), StringComparer.Ordinal);
    }

    private InvalidOperationException WrongShape() =>
        new("\"" + _schema.Path + "\" has another type. Rebuild: the generated code is older than its schema.");
}
