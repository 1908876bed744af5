using System;
using System.Globalization;

namespace AnalysisRunner.Toml;

/// <summary>A date and time with its offset from UTC, as written: two values of one instant at different offsets are not equal.</summary>
public readonly struct TomlOffsetDateTime : IEquatable<TomlOffsetDateTime>
{
    /// <summary>A date and time at an offset of -23:59 to +23:59, in minutes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The offset is out of its range.</exception>
    public TomlOffsetDateTime(TomlLocalDateTime local, int offsetMinutes)
    {
        if (offsetMinutes is < -1439 or > 1439) throw new ArgumentOutOfRangeException(nameof(offsetMinutes));
        Local = local;
        OffsetMinutes = offsetMinutes;
    }

    /// <summary>The date and time at the offset.</summary>
    public TomlLocalDateTime Local { get; }

    /// <summary>The offset from UTC in minutes, east positive.</summary>
    public int OffsetMinutes { get; }

    /// <summary>Whether two values are the same local time at the same offset.</summary>
    public static bool operator ==(TomlOffsetDateTime left, TomlOffsetDateTime right) => left.Equals(right);

    /// <summary>Whether two values differ.</summary>
    public static bool operator !=(TomlOffsetDateTime left, TomlOffsetDateTime right) => !left.Equals(right);

    /// <inheritdoc/>
    public bool Equals(TomlOffsetDateTime other) => Local == other.Local && OffsetMinutes == other.OffsetMinutes;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is TomlOffsetDateTime other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => (Local.GetHashCode() * 397) ^ OffsetMinutes;

    /// <summary>The form <c>1979-05-27T00:32:00-07:00</c>, or with <c>Z</c> when the offset is zero.</summary>
    public override string ToString()
    {
        if (OffsetMinutes == 0) return Local + "Z";
        var minutes = Math.Abs(OffsetMinutes);
        return string.Format(CultureInfo.InvariantCulture, "{0}{1}{2:D2}:{3:D2}", Local, OffsetMinutes < 0 ? '-' : '+', minutes / 60, minutes % 60);
    }
}
