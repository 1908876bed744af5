using System.Globalization;
using System.Text.RegularExpressions;

namespace AnalysisRunner.Contracts;

/// <summary>The resource texts of Hail Batch (hail-batch spec §1.6): <c>2</c>, <c>500m</c> cores; <c>4G</c>, <c>512Mi</c> bytes.</summary>
public static partial class ResourceQuantity
{
    /// <summary>Reads cores as thousandths: <c>[+]number[m]</c>, without suffix whole cores; the result is truncated to a thousandth.</summary>
    public static bool TryParseCpu(string? text, out int milliCpu)
    {
        milliCpu = 0;
        if (text is null || CpuPattern().Match(text) is not { Success: true } match) return false;
        if (!TryNumber(match, out var number)) return false;
        var milli = match.Groups["m"].Success ? number : number * 1000;
        if (milli > int.MaxValue) return false;
        milliCpu = (int)milli;
        return milliCpu > 0;
    }

    /// <summary>Reads bytes: <c>[+]number[K|Ki|M|Mi|G|Gi|T|Ti|P|Pi][B]</c>, K = 1000, Ki = 1024; the result is rounded up to a byte.</summary>
    public static bool TryParseBytes(string? text, out long bytes)
    {
        bytes = 0;
        if (text is null || BytesPattern().Match(text) is not { Success: true } match) return false;
        if (!TryNumber(match, out var number)) return false;
        var unit = match.Groups["unit"].Value;
        var power = unit.Length == 0 ? 0 : "KMGTP".IndexOf(unit[0], StringComparison.Ordinal) + 1;
        decimal factor = 1;
        for (var i = 0; i < power; i++) factor *= unit.Length == 2 ? 1024 : 1000;
        if (number > long.MaxValue / factor) return false;
        bytes = (long)decimal.Ceiling(number * factor);
        return true;
    }

    private static bool TryNumber(Match match, out decimal number) =>
        decimal.TryParse(match.Groups["number"].ValueSpan, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number);

    [GeneratedRegex(@"\A\+?(?<number>(?:[0-9]*\.)?[0-9]+)(?<m>m)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex CpuPattern();

    [GeneratedRegex(@"\A\+?(?<number>(?:[0-9]*\.)?[0-9]+)(?<unit>[KMGTP]i?)?B?\z", RegexOptions.CultureInvariant)]
    private static partial Regex BytesPattern();
}
