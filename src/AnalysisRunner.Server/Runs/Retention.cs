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
    private const int Page = 1000;

    private long _forgottenUpTo;

    /// <summary>How often it looks.</summary>
    public static TimeSpan Interval { get; } = TimeSpan.FromHours(1);

    /// <summary>Looks once.</summary>
    public async Task ForgetAsync(CancellationToken cancellation)
    {
        var (kept, now) = (settings.Value.Retention, time.GetUtcNow());
        if (kept.Denials is { } denials && await log.ForgetAsync(now - denials, cancellation) is > 0 and var count) logger.LogInformation("{Count} denials and keys were forgotten.", count);
        if (kept.Logs is { } logs) await ForgetLogsAsync(now - logs, cancellation);
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

    /// <summary>In the order of recording, going on where the last look ended: an invocation that ends late is met again after a restart.</summary>
    private async Task ForgetLogsAsync(DateTimeOffset before, CancellationToken cancellation)
    {
        while (await log.ListEndedAsync(before, _forgottenUpTo, Page, cancellation) is { Count: > 0 } ended)
        {
            foreach (var one in ended)
            {
                foreach (var batch in await log.ListBatchesAsync(one.ArGuid, cancellation)) await engine.ForgetAsync(batch.Key, cancellation);
                await engine.ForgetAsync(one.ArGuid, cancellation);
            }
            _forgottenUpTo = ended[^1].Position;
        }
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
}
