using System.Text;
using AnalysisRunner.Contracts;

namespace AnalysisRunner.Engines.Tests;

/// <summary>Questions that tests ask an engine again and again. All give up after a minute, so that a hang is a failure.</summary>
internal static class EngineReading
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>The final summary of a batch, as soon as there is one.</summary>
    public static Task<BatchSummary> EndAsync(this IBatchEngine engine, string key) => engine.UntilAsync(key, batch => batch.State != BatchState.Running);

    /// <summary>The first summary that satisfies a condition.</summary>
    public static async Task<BatchSummary> UntilAsync(this IBatchEngine engine, string key, Func<BatchSummary, bool> condition)
    {
        using var patience = new CancellationTokenSource(Patience);
        var changes = engine.WatchAsync(patience.Token);
        if (await engine.GetAsync(key, patience.Token) is { } now && condition(now)) return now;
        await foreach (var change in changes)
        {
            if (change.Key == key && condition(change)) return change;
        }
        throw new InvalidOperationException("The engine closed.");
    }

    public static async Task<BatchSummary> RunAsync(this IBatchEngine engine, BatchSpec spec)
    {
        await engine.SubmitAsync(spec, CancellationToken.None);
        return await engine.EndAsync(spec.Key);
    }

    public static async Task<JobSummary> JobAsync(this IBatchEngine engine, string key, int job) =>
        (await engine.GetJobsAsync(key, job - 1, 1, CancellationToken.None)).ShouldHaveSingleItem();

    public static async Task<byte[]> LogBytesAsync(this IBatchEngine engine, string key, int job, long offset = 0, bool follow = false, int? attempt = null)
    {
        using var patience = new CancellationTokenSource(Patience);
        using var all = new MemoryStream();
        await foreach (var chunk in engine.ReadLogAsync(key, job, attempt, offset, follow, patience.Token)) all.Write(chunk.Span);
        return all.ToArray();
    }

    public static async Task<string> LogAsync(this IBatchEngine engine, string key, int job, bool follow = false, int? attempt = null) =>
        Encoding.UTF8.GetString(await engine.LogBytesAsync(key, job, follow: follow, attempt: attempt));

    /// <summary>Reads a followed log until a text has appeared in it.</summary>
    public static async Task SeeAsync(this IBatchEngine engine, string key, int job, string text)
    {
        using var patience = new CancellationTokenSource(Patience);
        var seen = "";
        await foreach (var chunk in engine.ReadLogAsync(key, job, null, 0, follow: true, patience.Token))
        {
            seen += Encoding.UTF8.GetString(chunk.Span);
            if (seen.Contains(text, StringComparison.Ordinal)) return;
        }
        throw new InvalidOperationException($"The log ended without \"{text}\": {seen}");
    }
}
