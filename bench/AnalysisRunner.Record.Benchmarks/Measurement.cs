using System.Diagnostics;
using System.Globalization;
using AnalysisRunner.Server.Record;

namespace AnalysisRunner.Record.Benchmarks;

/// <summary>How long the log takes for a question that it was asked before.</summary>
/// <param name="Question">The question.</param>
/// <param name="Median">The median, in milliseconds.</param>
/// <param name="Slow">The 99th percentile, in milliseconds.</param>
internal sealed record Measurement(InvocationQuery Question, double Median, double Slow)
{
    // A slow question is not asked so often that the whole would take hours.
    private const int Rounds = 100;
    private const int FewestRounds = 10;
    private static readonly TimeSpan Enough = TimeSpan.FromSeconds(1);

    /// <summary>Asks for the first page until the answers are warm, and then again and again.</summary>
    /// <param name="log">The log.</param>
    /// <param name="question">What is asked.</param>
    /// <param name="page">The page that counts; the first is 1. Where there are fewer, the last one.</param>
    public static async Task<Measurement> TakeAsync(InvocationLog log, InvocationQuery question, int page)
    {
        for (var before = 1; before < page; before++)
        {
            if ((await log.ListAsync(question, CancellationToken.None)).Next is not { } next) break;
            question = question with { After = next };
        }
        for (var round = 0; round < 2; round++) await log.ListAsync(question, CancellationToken.None);
        var times = new List<double>(Rounds);
        var all = Stopwatch.StartNew();
        while (times.Count < Rounds && (times.Count < FewestRounds || all.Elapsed < Enough))
        {
            var began = Stopwatch.GetTimestamp();
            await log.ListAsync(question, CancellationToken.None);
            times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }
        times.Sort();
        return new Measurement(question, times[times.Count / 2], times[(times.Count - 1) * 99 / 100]);
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Questions.Describe(Question)} | {Median:F1} | {Slow:F1}");
}
