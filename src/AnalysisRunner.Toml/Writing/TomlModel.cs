using System;
using System.Collections;
using System.Collections.Generic;
using System.Globalization;

namespace AnalysisRunner.Toml;

/// <summary>Brings the values that callers may give to the few types that the writer knows.</summary>
internal static class TomlModel
{
    /// <summary>
    /// A string, bool, long, double, one of the four date-time types, a map of such or a list of such.
    /// </summary>
    /// <exception cref="TomlWriteException">TOML has no such value.</exception>
    public static object Plain(object? value) => Plain(value, 0);

    private static object Plain(object? value, int depth)
    {
        if (depth > TomlOptions.DepthCeiling)
        {
            throw new TomlWriteException(TomlCodes.TooDeep, $"The value nests deeper than {TomlOptions.DepthCeiling} levels. Flatten it.");
        }

        return value switch
        {
            string or bool or long or double or TomlLocalDate or TomlLocalTime or TomlLocalDateTime or TomlOffsetDateTime => value,
            int or short or sbyte or byte or ushort or uint => Convert.ToInt64(value, CultureInfo.InvariantCulture),
            ulong number when number <= long.MaxValue => (long)number,
            ulong number => throw new TomlWriteException(TomlCodes.IntegerOutOfRange, $"The integer '{number}' does not fit in 64 signed bits. Write a string."),
            float number => (double)number,
            DateTimeOffset instant => From(instant),
            TomlValue view => From(view, depth),
            TomlTable table => From(table, depth),
            TomlArray array => FromSequence(array, depth),
            TomlMap map => From(map, depth),
            IEnumerable sequence => FromSequence(sequence, depth),
            null => throw new TomlWriteException(TomlCodes.UnsupportedValue, "TOML has no null. Leave the key out."),
            _ => throw new TomlWriteException(TomlCodes.UnsupportedValue, $"A value of type '{value.GetType().Name}' has no form in TOML. Convert it first."),
        };
    }

    private static object From(TomlValue value, int depth) => value.Kind switch
    {
        TomlKind.String => value.AsString(),
        TomlKind.Integer => value.AsInteger(),
        TomlKind.Float => value.AsFloat(),
        TomlKind.Boolean => value.AsBoolean(),
        TomlKind.OffsetDateTime => value.AsOffsetDateTime(),
        TomlKind.LocalDateTime => value.AsLocalDateTime(),
        TomlKind.LocalDate => value.AsLocalDate(),
        TomlKind.LocalTime => value.AsLocalTime(),
        TomlKind.Array => FromSequence(value.AsArray(), depth),
        _ => From(value.AsTable(), depth),
    };

    private static TomlMap From(TomlTable table, int depth)
    {
        var map = new TomlMap();
        foreach (var entry in table) map.Add(entry.Key, Plain(entry.Value, depth + 1));
        return map;
    }

    private static TomlMap From(TomlMap source, int depth)
    {
        var map = new TomlMap();
        foreach (var pair in source) map.Add(pair.Key, Plain(pair.Value, depth + 1));
        return map;
    }

    private static List<object> FromSequence(IEnumerable sequence, int depth)
    {
        var list = new List<object>();
        foreach (var item in sequence) list.Add(Plain(item, depth + 1));
        return list;
    }

    private static TomlOffsetDateTime From(DateTimeOffset instant)
    {
        if (instant.Offset.Ticks % TimeSpan.TicksPerMinute != 0)
        {
            throw new TomlWriteException(TomlCodes.ValueOutOfRange, $"The offset '{instant.Offset}' has seconds. TOML offsets are whole minutes.");
        }

        var nanosecond = (int)(instant.Ticks % TimeSpan.TicksPerSecond) * 100;
        return new TomlOffsetDateTime(
            new TomlLocalDateTime(
                new TomlLocalDate(instant.Year, instant.Month, instant.Day),
                new TomlLocalTime(instant.Hour, instant.Minute, instant.Second, nanosecond)),
            (int)(instant.Offset.Ticks / TimeSpan.TicksPerMinute));
    }
}
