using AnalysisRunner.Engines;
using AnalysisRunner.Server.Code;
using AnalysisRunner.Server.Record;
using AnalysisRunner.Server.Settings;

namespace AnalysisRunner.Server.Runs;

/// <summary>
/// Forgets what the settings say is no longer needed: denials and idempotency keys, what the engine keeps of ended invocations, mirrors. An invocation, its
/// events and its config are never forgotten, and nothing that an unfinished invocation needs.
/// </summary>
internal sealed class Retention(
    IInvocationLog log, IBatchEngine engine, IRepositoryMirrors mirrors, CurrentSettings settings, TimeProvider time, ILogger<Retention> logger)
    : BackgroundService
{
    private const int ArGuidLength = 36;

    /// <summary>How often it looks.</summary>
    public static TimeSpan Interval { get; } = TimeSpan.FromHours(1);

    /// <summary>Looks once.</summary>
    public async Task ForgetAsync(CancellationToken cancellation)
    {
        var (kept, now) = (settings.Value.Retention, time.GetUtcNow());
        if (kept.Denials is { } denials && await log.ForgetAsync(now - denials, cancellation) is > 0 and var count) logger.LogInformation("{Count} denials and keys were forgotten.", count);
        await ForgetFilesAsync(kept, now, cancellation);
        if (kept.Mirrors is not null || kept.MirrorSize is not null)
        {
            var needed = await NeededMirrorsAsync(cancellation);
            foreach (var mirror in await mirrors.ForgetAsync(now - kept.Mirrors, kept.MirrorSize, needed, cancellation)) logger.LogInformation("The mirror {Mirror} was forgotten.", mirror);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            do await ForgetSafelyAsync(stoppingToken);
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The server ends.
        }
    }

    private async Task ForgetSafelyAsync(CancellationToken cancellation)
    {
        try
        {
            await ForgetAsync(cancellation);
        }
#pragma warning disable CA1031 // Whatever is in the way, a database or a disk, the next look comes within the hour.
        catch (Exception e) when (!cancellation.IsCancellationRequested)
#pragma warning restore CA1031
        {
            logger.LogError(e, "What is old could not be forgotten; trying again in {Interval}.", Interval);
        }
    }

    /// <summary>Forgets what the engine keeps of invocations that have ended, the longest ended first.</summary>
    private async Task ForgetFilesAsync(RetentionSettings kept, DateTimeOffset now, CancellationToken cancellation)
    {
        if (kept is { Logs: null, LogSize: null, Scratch: null, ScratchSize: null }) return;
        var runs = await FindKeptAsync(measures: kept is not { LogSize: null, Scratch: null, ScratchSize: null }, cancellation);
        var (logs, scratch) = (runs.Sum(run => run.Records), runs.Sum(run => run.Scratch));
        foreach (var run in runs)
        {
            var forgetsAll = run.EndedAt < now - kept.Logs || logs > kept.LogSize;
            if (!forgetsAll && !(run.Scratch > 0 && (run.EndedAt < now - kept.Scratch || scratch > kept.ScratchSize))) continue;
            // Batches end before their invocation does.
            if (await log.GetAsync(run.ArGuid, cancellation) is not { Invocation.IsFinal: true }) continue;
            foreach (var key in run.Keys) await (forgetsAll ? engine.ForgetAsync(key, cancellation) : engine.ForgetScratchAsync(key, cancellation));
            scratch -= run.Scratch;
            if (forgetsAll) logs -= run.Records;
        }
    }

    /// <summary>What the engine keeps, by invocation, the longest ended first.</summary>
    private async Task<List<KeptRun>> FindKeptAsync(bool measures, CancellationToken cancellation)
    {
        var batches = new List<KeptBatch>();
        await foreach (var batch in engine.ListKeptAsync(measures, cancellation)) batches.Add(batch);
        // The key of a driver is the ar-guid, and that of its batches begins with it.
        return [.. batches.Where(batch => batch.Key.Length >= ArGuidLength).GroupBy(batch => batch.Key[..ArGuidLength], StringComparer.Ordinal)
            .Select(run => new KeptRun(run.Key, [.. run.Select(batch => batch.Key)], run.Max(batch => batch.EndedAt), run.Sum(batch => batch.ScratchBytes), run.Sum(batch => batch.RecordBytes)))
            .OrderBy(run => run.EndedAt)];
    }

    /// <summary>The mirrors that checkouts of unfinished invocations borrow from: their scripts name them.</summary>
    private async Task<Func<string, bool>> NeededMirrorsAsync(CancellationToken cancellation)
    {
        var scripts = new List<string>();
        foreach (var record in await log.ListUnfinishedAsync(cancellation))
        {
            if (await log.GetDocumentsAsync(record.Invocation.ArGuid, cancellation) is { } documents) scripts.Add(documents.Script);
        }
        return mirror => scripts.Exists(script => script.Contains(Path.GetFileName(mirror), StringComparison.Ordinal));
    }

    /// <summary>What the engine keeps of an invocation.</summary>
    private sealed record KeptRun(string ArGuid, IReadOnlyList<string> Keys, DateTimeOffset EndedAt, long Scratch, long Records);
}
