using System;
using System.Globalization;
using System.Text.RegularExpressions;

namespace AnalysisRunner.Config;

/// <summary>Durations as text: <c>1d12h</c>, <c>90s</c>, <c>1.5h</c>, <c>250ms</c>, or ISO 8601 without years and months:
/// <c>P1DT12H</c>.</summary>
internal static class DurationText
{
    /// <summary>The greatest length.</summary>
    internal const int MaxLength = 100;

    /// <summary>The short form.</summary>
    internal const string ShortPattern = @"^(?=.)(?:(\d+(?:\.\d+)?)d)?(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m)?(?:(\d+(?:\.\d+)?)s)?(?:(\d+(?:\.\d+)?)ms)?$";

    /// <summary>The ISO form.</summary>
    internal const string IsoPattern = @"^P(?=.)(?:(\d+(?:\.\d+)?)D)?(?:T(?=.)(?:(\d+(?:\.\d+)?)H)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)S)?)?$";

    private static readonly Regex ShortForm = new(ShortPattern, RegexOptions.CultureInvariant | RegexOptions.ECMAScript,
        TimeSpan.FromSeconds(1));
    private static readonly Regex IsoForm = new(IsoPattern, RegexOptions.CultureInvariant | RegexOptions.ECMAScript,
        TimeSpan.FromSeconds(1));
    private static readonly decimal[] TicksPerUnit =
        [TimeSpan.TicksPerDay, TimeSpan.TicksPerHour, TimeSpan.TicksPerMinute, TimeSpan.TicksPerSecond, TimeSpan.TicksPerMillisecond];

    internal static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        // "$" also matches before a final line feed.
        if (text.Length > MaxLength || text.IndexOf('\n') >= 0) return false;
        var match = ShortForm.Match(text) is { Success: true } shortForm ? shortForm : IsoForm.Match(text);
        if (!match.Success) return false;
        decimal ticks = 0;
        for (var i = 1; i < match.Groups.Count; i++)
        {
            if (!match.Groups[i].Success) continue;
            if (!decimal.TryParse(match.Groups[i].Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
                || number > long.MaxValue / TicksPerUnit[i - 1]) return false;
            ticks += number * TicksPerUnit[i - 1];
        }
        if (ticks > long.MaxValue) return false;
        duration = new TimeSpan((long)ticks);
        return true;
    }
}
