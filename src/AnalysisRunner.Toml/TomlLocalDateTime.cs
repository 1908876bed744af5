using System;

namespace AnalysisRunner.Toml;

/// <summary>A date and a time of day without a time zone.</summary>
public readonly struct TomlLocalDateTime : IEquatable<TomlLocalDateTime>
{
    /// <summary>A date and time from its two parts.</summary>
    public TomlLocalDateTime(TomlLocalDate date, TomlLocalTime time)
    {
        Date = date;
        Time = time;
    }

    /// <summary>The date.</summary>
    public TomlLocalDate Date { get; }

    /// <summary>The time of day.</summary>
    public TomlLocalTime Time { get; }

    /// <summary>Whether two values are the same.</summary>
    public static bool operator ==(TomlLocalDateTime left, TomlLocalDateTime right) => left.Equals(right);

    /// <summary>Whether two values differ.</summary>
    public static bool operator !=(TomlLocalDateTime left, TomlLocalDateTime right) => !left.Equals(right);

    /// <inheritdoc/>
    public bool Equals(TomlLocalDateTime other) => Date == other.Date && Time == other.Time;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is TomlLocalDateTime other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => (Date.GetHashCode() * 397) ^ Time.GetHashCode();

    /// <summary>The form <c>1979-05-27T07:32:00</c>.</summary>
    public override string ToString() => Date + "T" + Time;
}
