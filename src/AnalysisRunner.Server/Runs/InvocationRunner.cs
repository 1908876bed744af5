using System.Collections.Concurrent;
using AnalysisRunner.Contracts;
using AnalysisRunner.Engines;
using AnalysisRunner.Server.Hosting;
using AnalysisRunner.Server.Notifications;
using AnalysisRunner.Server.Record;
using AnalysisRunner.Server.Runs.Outputs;
using AnalysisRunner.Server.Settings;
using AnalysisRunner.Server.Telemetry;

namespace AnalysisRunner.Server.Runs;

/// <summary>
/// Brings every recorded invocation to its end: publish the config, ask the engine, record the handle, watch, judge. Each step looks at what is
/// already done and may be repeated, so recovery after a crash is nothing but doing the same for every invocation that has not ended.
/// </summary>
internal sealed class InvocationRunner(
    IInvocationLog log, IBatchEngine engine, RunPreparation preparation, DriverStart start, StorageRights storage, BatchHandover handover, RunOutputs outputs, ServerActivity activity, ServerIdentity identity,
    TimeProvider time, CurrentSettings settings, ServerMetrics metrics, ILogger<InvocationRunner> logger)
    : IHostedService, IDisposable
{
    // Steps are noted in a file, which nobody announces; batches are announced by the engine, and looked at now and then in case it missed one.
    private static readonly TimeSpan StepInterval = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan BatchInterval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    // Those that wait for their start keep what they are started from in memory, but not more than a few thousand kilobytes of it.
    private const int KeptWaiting = 1000;

    private readonly ConcurrentDictionary<string, RunInProgress> _runs = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stopping = new();
    private Task _watching = Task.CompletedTask;

    /// <summary>Takes up every invocation that has not ended and is not another server's, and removes the files of those that have.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _watching = WatchAsync(engine.WatchAsync(_stopping.Token));
        var unfinished = (await log.ListUnfinishedAsync(cancellationToken)).Select(record => record.Invocation.ArGuid).ToHashSet(StringComparer.Ordinal);
        foreach (var arGuid in preparation.Existing().Where(arGuid => !unfinished.Contains(arGuid)).ToList())
        {
            if (await log.GetAsync(arGuid, cancellationToken) is { Invocation: { IsFinal: true } ended } && !await LostRun.TryEndAsync(ended, engine, storage, cancellationToken)) Start(arGuid);
            else TryRemove(arGuid);
        }
        await Task.WhenAll(unfinished.Select(async arGuid =>
        {
            if (await log.TryClaimAsync(arGuid, identity.Name, null, cancellationToken)) Start(arGuid);
            else logger.LogInformation("Invocation {ArGuid} is another server's.", arGuid);
        }));
    }

    /// <summary>Lets go of everything; drivers and jobs go on.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await Task.WhenAll([_watching, .. _runs.Values.Select(run => run.Ended)]).WaitAsync(cancellationToken);
    }

    public void Dispose() => _stopping.Dispose();

    /// <summary>Takes up an invocation that this server has claimed.</summary>
    /// <param name="arGuid">The invocation.</param>
    /// <param name="recorded">What is known of it, where it was recorded just now.</param>
    public void Start(string arGuid, RecordedRun? recorded = null)
    {
        var run = new RunInProgress(arGuid, _runs.Count < KeptWaiting ? recorded : null);
        if (!_runs.TryAdd(arGuid, run)) return;
        activity.Started(arGuid);
        run.Ended = Task.Run(() => BringToEndAsync(run));
    }

    /// <summary>Has an invocation looked at again, because somebody changed something about it.</summary>
    public void Wake(string arGuid)
    {
        if (_runs.TryGetValue(arGuid, out var run)) run.Wake();
    }

    private async Task WatchAsync(IAsyncEnumerable<BatchSummary> changes)
    {
        try
        {
            await foreach (var batch in changes)
            {
                // The key of a driver is the ar-guid, and that of its batches begins with it.
                if (batch.Key.Length >= 36) Wake(batch.Key[..36]);
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The server ends.
        }
#pragma warning disable CA1031 // Runs look at their batches now and then anyway: without news they are slower, not lost.
        catch (Exception e)
#pragma warning restore CA1031
        {
            logger.LogError(e, "The engine's news have ended; looking every {Interval}.", BatchInterval);
        }
    }

    private async Task BringToEndAsync(RunInProgress run)
    {
        var (arGuid, isNews) = (run.ArGuid, true);
        var pause = TimeSpan.FromSeconds(1);
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                while (await LookAsync(run, isNews) is { } interval)
                {
                    pause = TimeSpan.FromSeconds(1);
                    isNews = await run.WaitAsync(interval, _stopping.Token);
                }
                if (run.Final is null) TryRemove(arGuid);
                if ((run.Final ?? (await log.GetAsync(arGuid, _stopping.Token))?.Invocation) is { IsFinal: true } ended) metrics.Ended(ended);
                _runs.TryRemove(arGuid, out _);
                activity.Ended(arGuid);
                return;
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // Whatever it was (a full disk, a locked database): the invocation is recorded, so it is brought to its end when that has passed.
            catch (Exception e)
#pragma warning restore CA1031
            {
                logger.LogError(e, "Invocation {ArGuid} could not be advanced; trying again in {Pause}.", arGuid, pause);
                await Task.Delay(pause, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, LongestPause.Ticks));
            }
        }
    }

    /// <summary>Does what is next; for a driver at work of which nobody has heard anything, that is nothing, and costs a look at a file.</summary>
    private async Task<TimeSpan?> LookAsync(RunInProgress run, bool isNews)
    {
        if (!isNews && run.Seen is { } seen && time.GetElapsedTime(seen.At) < BatchInterval && preparation.LengthOfSteps(run.ArGuid) == seen.StepsLength
            && await engine.GetAsync(run.ArGuid, _stopping.Token) is { State: BatchState.Running })
        {
            return StepInterval;
        }
        run.Seen = null;
        return await AdvanceAsync(run);
    }

    /// <summary>Does what is next; null once the invocation is final, otherwise how long to wait for news.</summary>
    private async Task<TimeSpan?> AdvanceAsync(RunInProgress run)
    {
        var (arGuid, cancellation, recorded) = (run.ArGuid, _stopping.Token, run.TakeRecorded());
        var record = recorded is null ? await log.GetAsync(arGuid, cancellation) : new InvocationRecord { Invocation = recorded.Invocation, StorageAddresses = recorded.StorageAddresses };
        if (record is null) return null;
        if (record.Invocation.IsFinal) return await LostRun.TryEndAsync(record.Invocation, engine, storage, cancellation) ? null : StepInterval;
        if (record.Invocation is { DriverHandle: null, CancelRequestedBy: null, Approval: { ApprovedBy: null } approval })
        {
            var left = approval.ExpiresAt - time.GetUtcNow();
            // Approved at another server, nobody tells this one.
            if (left > TimeSpan.Zero) return left < BatchInterval ? left : BatchInterval;
            return await log.ExpireApprovalAsync(arGuid, CancellationToken.None) ? null : TimeSpan.Zero;
        }
        if (record.Invocation.DriverHandle is null && !await start.TryStartAsync(record, recorded, cancellation)) return null;

        storage.Open(record.Invocation);
        if (record.Invocation.CancelRequestedBy is { } by) await CancelAsync(record, by);
        var seen = new DriverAtWork(time.GetTimestamp(), preparation.LengthOfSteps(arGuid));
        foreach (var step in preparation.ReadSteps(arGuid)) await log.SetStepAsync(arGuid, step, cancellation);
        await NoteToolchainAsync(record.Invocation);
        var driver = await LookAtDriverAsync(record);
        if (driver is BatchState.Running)
        {
            await LookAtBatchesAsync(record.Invocation, driverEnded: false);
            // Before it has begun, nobody need tell of its beginning.
            if (record.Invocation.State == InvocationState.Running) run.Seen = seen;
            return StepInterval;
        }

        // Read again: the judgement is about what was recorded just now, and about every batch that the driver has handed over.
        if (await log.GetAsync(arGuid, cancellation) is not { Invocation.IsFinal: false } ended) return null;
        await NoteToolchainAsync(ended.Invocation);
        if (ended.Invocation.Batches.Any(batch => batch.State == BatchState.Running))
        {
            if (!await LookAtBatchesAsync(ended.Invocation, driverEnded: true)) return BatchInterval;
            if (await log.GetAsync(arGuid, cancellation) is not { Invocation.IsFinal: false } judged) return null;
            ended = judged;
        }
        return await EndAsync(run, ended, driver) ? null : BatchInterval;
    }

    /// <summary>Records the end, after everything else about it is done; false when a batch has been handed over meanwhile.</summary>
    private async Task<bool> EndAsync(RunInProgress run, InvocationRecord record, BatchState driver)
    {
        var change = InvocationEnd.Judge(record, driver) with { IsToBeTold = NotificationTargets.Of(settings.Value.Notifications, record.Invocation).Count > 0 };
        change = await outputs.CompleteAsync(record, change, _stopping.Token);
        storage.Close(record.Invocation);
        // Before the end is recorded: whoever learns of it finds the checkout gone and the driver's token void.
        TryRemove(run.ArGuid);
        Failpoint.Pass(Failpoint.FilesRemoved);
        var outcome = await log.ChangeStateAsync(run.ArGuid, change, CancellationToken.None);
        if (outcome == StateChangeOutcome.BatchesRunning) return false;
        Failpoint.Pass(Failpoint.Ended);
        if (outcome == StateChangeOutcome.Changed) run.Final = record.Invocation with { State = change.State, FinishedAt = time.GetUtcNow() };
        return true;
    }

    private async Task CancelAsync(InvocationRecord record, string by)
    {
        var reason = $"cancelled by {by}";
        await engine.CancelAsync(record.Invocation.ArGuid, reason, CancellationToken.None);
        foreach (var batch in record.Invocation.Batches.Where(batch => batch.State == BatchState.Running))
        {
            await engine.CancelAsync(batch.Key, reason, CancellationToken.None);
        }
    }

    private async Task<BatchState> LookAtDriverAsync(InvocationRecord record)
    {
        var arGuid = record.Invocation.ArGuid;
        if (await engine.GetAsync(arGuid, _stopping.Token) is not { } driver)
        {
            await log.SetDriverEndAsync(arGuid, null, "the engine does not know the driver any more", CancellationToken.None);
            return BatchState.Failed;
        }
        var job = await engine.GetJobsAsync(arGuid, 0, 1, _stopping.Token) is [var first, ..] ? first : null;
        if (job is { Attempts: > 0 }) await log.ChangeStateAsync(arGuid, new StateChange(InvocationState.Running), CancellationToken.None);
        if (driver.State == BatchState.Running) return driver.State;

        // The last steps are noted before the driver ends, but may not have been seen yet.
        foreach (var step in preparation.ReadSteps(arGuid)) await log.SetStepAsync(arGuid, step, CancellationToken.None);
        await log.SetDriverEndAsync(arGuid, job?.ExitCode, job?.Reason ?? driver.Reason, CancellationToken.None);
        Failpoint.Pass(Failpoint.DriverEnded);
        return driver.State;
    }

    // Written before the step that runs begins.
    private async Task NoteToolchainAsync(Invocation invocation)
    {
        if (invocation.Toolchain is null && invocation.Steps.Any(step => step.Name == "run") && DriverFacts.Read(preparation.Folder(invocation.ArGuid).Facts) is { } found)
        {
            await log.SetToolchainAsync(invocation.ArGuid, found, CancellationToken.None);
        }
    }

    private async Task<bool> LookAtBatchesAsync(Invocation invocation, bool driverEnded)
    {
        var ended = true;
        foreach (var batch in invocation.Batches.Where(batch => batch.State == BatchState.Running))
        {
            var isHandedOver = handover.IsUnderWay(batch.Key);
            var now = await engine.GetAsync(batch.Key, _stopping.Token);
            if (now is null && driverEnded && !isHandedOver)
            {
                now = batch with
                {
                    State = BatchState.Failed,
                    FinishedAt = invocation.FinishedAt ?? batch.SubmittedAt,
                    Reason = "The server stopped before it could hand the batch to the engine, and the driver did not send it again.",
                };
            }
            if (now is null || now.State == BatchState.Running) ended = false;
            if (now is not null) await log.UpdateBatchAsync(now, CancellationToken.None);
        }
        return ended;
    }

    private void TryRemove(string arGuid)
    {
        try
        {
            preparation.Remove(arGuid);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            logger.LogWarning(e, "The files of run {ArGuid} could not be removed; the next start tries again.", arGuid);
        }
    }
}
