using System;
using System.Globalization;

namespace AnalysisRunner.Toml;

/// <summary>A time of day to the nanosecond; digits beyond that are cut off, as the specification allows.</summary>
public readonly struct TomlLocalTime : IEquatable<TomlLocalTime>
{
    private readonly bool _secondsOmitted;

    /// <summary>A time from 00:00:00 to 23:59:59.999999999. There are no leap seconds.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A part is out of its range.</exception>
    public TomlLocalTime(int hour, int minute, int second = 0, int nanosecond = 0, bool hasSeconds = true)
    {
        if (hour is < 0 or > 23) throw new ArgumentOutOfRangeException(nameof(hour));
        if (minute is < 0 or > 59) throw new ArgumentOutOfRangeException(nameof(minute));
        if (second is < 0 or > 59) throw new ArgumentOutOfRangeException(nameof(second));
        if (nanosecond is < 0 or > 999_999_999) throw new ArgumentOutOfRangeException(nameof(nanosecond));
        if (!hasSeconds && (second != 0 || nanosecond != 0)) throw new ArgumentOutOfRangeException(nameof(hasSeconds));
        Hour = hour;
        Minute = minute;
        Second = second;
        Nanosecond = nanosecond;
        _secondsOmitted = !hasSeconds;
    }

    /// <summary>0 to 23.</summary>
    public int Hour { get; }

    /// <summary>0 to 59.</summary>
    public int Minute { get; }

    /// <summary>0 to 59.</summary>
    public int Second { get; }

    /// <summary>0 to 999,999,999.</summary>
    public int Nanosecond { get; }

    /// <summary>Whether seconds were written; TOML 1.1 allows them to be left out. Not part of equality.</summary>
    public bool HasSeconds => !_secondsOmitted;

    /// <summary>Whether two times are the same.</summary>
    public static bool operator ==(TomlLocalTime left, TomlLocalTime right) => left.Equals(right);

    /// <summary>Whether two times differ.</summary>
    public static bool operator !=(TomlLocalTime left, TomlLocalTime right) => !left.Equals(right);

    /// <inheritdoc/>
    public bool Equals(TomlLocalTime other) =>
        Hour == other.Hour && Minute == other.Minute && Second == other.Second && Nanosecond == other.Nanosecond;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is TomlLocalTime other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => (((Hour * 60) + Minute) * 60) + Second + Nanosecond;

    /// <summary>The form <c>07:32:00.999</c>, as TOML 1.0 and 1.1 read it: seconds always, the fraction without trailing zeros.</summary>
    public override string ToString()
    {
        var text = string.Format(CultureInfo.InvariantCulture, "{0:D2}:{1:D2}:{2:D2}", Hour, Minute, Second);
        return Nanosecond == 0 ? text : text + "." + Nanosecond.ToString("D9", CultureInfo.InvariantCulture).TrimEnd('0');
    }
}
