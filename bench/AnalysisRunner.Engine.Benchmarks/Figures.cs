using System.Globalization;

namespace AnalysisRunner.Engine.Benchmarks;

/// <summary>What was measured, each beside what is demanded: printed as they come, as rows of a table.</summary>
internal sealed class Figures
{
    private int _missed;

    public Figures() => Console.WriteLine("| | measured | demanded | |\n|---|---|---|---|");

    /// <summary>How many figures are not what is demanded.</summary>
    public int Missed => _missed;

    /// <summary>A figure that must be below a limit.</summary>
    public void Below(string what, double measured, double limit, string unit, string remark = "")
    {
        if (measured >= limit) _missed++;
        Row(what, Text(measured, unit), $"under {Text(limit, unit)}", (measured < limit ? "met" : "missed") + (remark.Length == 0 ? "" : "; " + remark));
    }

    /// <summary>A figure that must be above a limit.</summary>
    public void Above(string what, double measured, double limit, string unit)
    {
        if (measured <= limit) _missed++;
        Row(what, Text(measured, unit), $"over {Text(limit, unit)}", measured > limit ? "met" : "missed");
    }

    /// <summary>A figure of which nothing is demanded.</summary>
    public static void Tell(string what, double measured, string unit) => Row(what, Text(measured, unit), "", "");

    private static string Text(double number, string unit) => string.Create(CultureInfo.InvariantCulture, $"{number:0.##} {unit}");

    private static void Row(string what, string measured, string demanded, string remark) => Console.WriteLine($"| {what} | {measured} | {demanded} | {remark} |");
}
