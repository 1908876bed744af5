using System;
using AnalysisRunner.Toml;

namespace AnalysisRunner.Config;

/// <summary>TOML's dates and times as those of .NET.</summary>
internal static class DateTimeValues
{
    /// <summary>Date-times with an offset that .NET can hold (up to the very ends of its range), as text for other programs (JSON Schema).</summary>
    internal const string DateTimePattern =
        "^(?!0000)[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ]" + Clock + "(?:[Zz]|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))$";

    /// <summary>Dates that .NET can hold, as text.</summary>
    internal const string DatePattern = "^(?!0000)[0-9]{4}-[0-9]{2}-[0-9]{2}$";

    /// <summary>Times that .NET can hold, as text.</summary>
    internal const string TimePattern = "^" + Clock + "$";

    private const string Clock = @"(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]+)?)?";

    internal static bool Fits(TomlValue value)
    {
        var moment = value.AsOffsetDateTime();
        if (moment.Local.Date.Year == 0 || moment.Local.Time.Second == 60 || Math.Abs(moment.OffsetMinutes) > 14 * 60) return false;
        var utc = Ticks(moment.Local) - (moment.OffsetMinutes * TimeSpan.TicksPerMinute);
        return utc >= DateTime.MinValue.Ticks && utc <= DateTime.MaxValue.Ticks;
    }

    internal static DateTimeOffset ToDateTimeOffset(TomlOffsetDateTime moment) =>
        new(Ticks(moment.Local), TimeSpan.FromMinutes(moment.OffsetMinutes));

    internal static long Ticks(TomlLocalTime time) =>
        (((((time.Hour * 60L) + time.Minute) * 60) + time.Second) * TimeSpan.TicksPerSecond) + (time.Nanosecond / 100);

    private static long Ticks(TomlLocalDateTime local) =>
        new DateTime(local.Date.Year, local.Date.Month, local.Date.Day).Ticks + Ticks(local.Time);
}
