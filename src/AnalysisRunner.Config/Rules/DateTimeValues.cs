using System;
using AnalysisRunner.Toml;

namespace AnalysisRunner.Config;

/// <summary>TOML's dates and times as those of .NET.</summary>
internal static class DateTimeValues
{
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
