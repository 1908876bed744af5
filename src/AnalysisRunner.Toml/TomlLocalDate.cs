using System;
using System.Globalization;

namespace AnalysisRunner.Toml;

/// <summary>A date without a time zone, years 0000 to 9999.</summary>
public readonly struct TomlLocalDate : IEquatable<TomlLocalDate>
{
    /// <summary>A date that exists in the Gregorian calendar.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It does not exist.</exception>
    public TomlLocalDate(int year, int month, int day)
    {
        if (!Exists(year, month, day)) throw new ArgumentOutOfRangeException(nameof(day), "There is no such date.");
        Year = year;
        Month = month;
        Day = day;
    }

    /// <summary>0 to 9999.</summary>
    public int Year { get; }

    /// <summary>1 to 12.</summary>
    public int Month { get; }

    /// <summary>1 to 31.</summary>
    public int Day { get; }

    /// <summary>Whether two dates are the same.</summary>
    public static bool operator ==(TomlLocalDate left, TomlLocalDate right) => left.Equals(right);

    /// <summary>Whether two dates differ.</summary>
    public static bool operator !=(TomlLocalDate left, TomlLocalDate right) => !left.Equals(right);

    /// <inheritdoc/>
    public bool Equals(TomlLocalDate other) => Year == other.Year && Month == other.Month && Day == other.Day;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is TomlLocalDate other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => (Year * 372) + (Month * 31) + Day;

    /// <summary>The form <c>1979-05-27</c>.</summary>
    public override string ToString() => string.Format(CultureInfo.InvariantCulture, "{0:D4}-{1:D2}-{2:D2}", Year, Month, Day);

    internal static bool Exists(int year, int month, int day)
    {
        if (year is < 0 or > 9999 || month is < 1 or > 12 || day < 1) return false;
        var leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
        var days = month switch { 2 => leap ? 29 : 28, 4 or 6 or 9 or 11 => 30, _ => 31 };
        return day <= days;
    }
}
