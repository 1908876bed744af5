using System.Collections.Concurrent;
using System.Threading.Channels;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Engines;
using AnalysisRunner.Server.Hosting;
using AnalysisRunner.Server.Record;
using AnalysisRunner.Server.Runs.Outputs;
using AnalysisRunner.Server.Settings;
using AnalysisRunner.Server.Stores;
using AnalysisRunner.Server.Submissions;
using AnalysisRunner.Server.Telemetry;

namespace AnalysisRunner.Server.Runs;

/// <summary>
/// Brings every recorded invocation to its end: publish the config, ask the engine, record the handle, watch, judge. Each step looks at what is
/// already done and may be repeated, so recovery after a crash is nothing but doing the same for every invocation that has not ended.
/// </summary>
internal sealed class InvocationRunner(
    IInvocationLog log, IBatchEngine engine, RunPreparation preparation, StorageRights storage, StoreCredentials credentials, BatchHandover handover, RunOutputs outputs, ServerActivity activity, ServerAddress address,
    ServerIdentity identity, TimeProvider time, CurrentSettings settings, CodeRecheck recheck, ServerMetrics metrics,
    ILogger<InvocationRunner> logger)
    : IHostedService, IDisposable
{
    // Steps are noted in a file, which nobody announces; batches are announced by the engine, and looked at now and then in case it missed one.
    private static readonly TimeSpan StepInterval = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan BatchInterval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, Run> _runs = new(StringComparer.Ordinal);
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
    public void Start(string arGuid)
    {
        var run = new Run();
        if (!_runs.TryAdd(arGuid, run)) return;
        activity.Started(arGuid);
        run.Ended = Task.Run(() => BringToEndAsync(arGuid, run));
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

    private async Task BringToEndAsync(string arGuid, Run run)
    {
        var pause = TimeSpan.FromSeconds(1);
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                while (await AdvanceAsync(arGuid) is { } interval)
                {
                    pause = TimeSpan.FromSeconds(1);
                    await run.WaitAsync(interval, _stopping.Token);
                }
                TryRemove(arGuid);
                if (await log.GetAsync(arGuid, _stopping.Token) is { Invocation: { IsFinal: true } ended }) metrics.Ended(ended);
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

    /// <summary>Does what is next; null once the invocation is final, otherwise how long to wait for news.</summary>
    private async Task<TimeSpan?> AdvanceAsync(string arGuid)
    {
        var cancellation = _stopping.Token;
        if (await log.GetAsync(arGuid, cancellation) is not { } record) return null;
        if (record.Invocation.IsFinal) return await LostRun.TryEndAsync(record.Invocation, engine, storage, cancellation) ? null : StepInterval;
        if (record.Invocation is { DriverHandle: null, CancelRequestedBy: null, Approval: { ApprovedBy: null } approval })
        {
            var left = approval.ExpiresAt - time.GetUtcNow();
            // Approved at another server, nobody tells this one.
            if (left > TimeSpan.Zero) return left < BatchInterval ? left : BatchInterval;
            return await log.ExpireApprovalAsync(arGuid, CancellationToken.None) ? null : TimeSpan.Zero;
        }
        if (record.Invocation.DriverHandle is null && !await TryStartAsync(record)) return null;

        storage.Open(record.Invocation);
        if (record.Invocation.CancelRequestedBy is { } by) await CancelAsync(record, by);
        foreach (var step in preparation.ReadSteps(arGuid)) await log.SetStepAsync(arGuid, step, cancellation);
        await NoteToolchainAsync(record.Invocation);
        var driver = await LookAtDriverAsync(record);
        var batchesEnded = await LookAtBatchesAsync(record.Invocation, driver is not BatchState.Running);
        if (driver is BatchState.Running) return StepInterval;
        if (!batchesEnded) return BatchInterval;

        // Read again: the judgement is about what was recorded just now.
        record = await log.GetAsync(arGuid, cancellation);
        if (record is null or { Invocation.IsFinal: true }) return null;
        await NoteToolchainAsync(record.Invocation);
        var change = InvocationEnd.Judge(record, driver);
        await outputs.CompleteAsync(record, change, cancellation);
        storage.Close(record.Invocation);
        // Before the end is recorded: whoever learns of it finds the checkout gone and the driver's token void.
        TryRemove(arGuid);
        Failpoint.Pass(Failpoint.FilesRemoved);
        if (await log.ChangeStateAsync(arGuid, change, CancellationToken.None) == StateChangeOutcome.BatchesRunning) return BatchInterval;
        Failpoint.Pass(Failpoint.Ended);
        return null;
    }

    /// <summary>Publishes the config and hands the driver to the engine; false when that ended the invocation.</summary>
    private async Task<bool> TryStartAsync(InvocationRecord record)
    {
        var (invocation, arGuid) = (record.Invocation, record.Invocation.ArGuid);
        if (record.Invocation.CancelRequestedBy is { } by && await engine.GetAsync(arGuid, _stopping.Token) is null)
        {
            await log.ChangeStateAsync(arGuid, new StateChange(InvocationState.Cancelled, $"Cancelled by {by} before it started.", by), CancellationToken.None);
            return false;
        }
        try
        {
            await recheck.CheckAsync(invocation, CancellationToken.None);
            storage.Open(invocation);
            var documents = await log.GetDocumentsAsync(arGuid, CancellationToken.None)
                ?? throw new FileNotFoundException("What it is started from is not in the invocation log; submit it again.");
            var sha256 = await preparation.PublishConfigAsync(record, documents, _stopping.Token);
            Failpoint.Pass(Failpoint.ConfigPublished);
            await log.SetConfigSha256Async(arGuid, sha256, CancellationToken.None);
            Failpoint.Pass(Failpoint.ConfigRecorded);
            await outputs.NoteBeforeAsync(record, _stopping.Token);
            var hasEnvironment = invocation.EnvironmentNames.Count > 0;
            var config = preparation.ConfigOfDriver(invocation, credentials.AreLentTo(invocation.Dataset));
            preparation.PrepareDriver(invocation, documents, config, hasEnvironment ? await log.GetEnvironmentAsync(arGuid, CancellationToken.None) : new Dictionary<string, string>());
            Failpoint.Pass(Failpoint.DriverPrepared);
            await engine.SubmitAsync(DriverBatch.Describe(invocation, documents.Script, config, address.DriverUrl, preparation.Folder(arGuid), settings.Value.PassEnvironment), CancellationToken.None);
            Failpoint.Pass(Failpoint.DriverSubmitted);
            await log.SetDriverAsync(arGuid, engine.Name, arGuid, CancellationToken.None);
            Failpoint.Pass(Failpoint.DriverRecorded);
            return true;
        }
        catch (Exception e) when ((e is AnalysisRunnerException refusal && refusal.Problems[0].Code != EngineCodes.StateFolderUnusable) || e is FileNotFoundException or DirectoryNotFoundException)
        {
            logger.LogError(e, "Invocation {ArGuid} could not be started.", arGuid);
            // A missing file does not come back, unlike a full disk: nobody would be served by waiting.
            await log.ChangeStateAsync(arGuid, new StateChange(InvocationState.Failed, $"It could not be started: {e.Message}"), CancellationToken.None);
            return false;
        }
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
        foreach (var batch in await log.ListBatchesAsync(invocation.ArGuid, _stopping.Token))
        {
            if (batch.State != BatchState.Running) continue;
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

    private sealed class Run
    {
        private readonly Channel<bool> _news = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

        public Task Ended { get; set; } = Task.CompletedTask;

        public void Wake() => _news.Writer.TryWrite(true);

        public async Task WaitAsync(TimeSpan limit, CancellationToken cancellation)
        {
            using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            timeout.CancelAfter(limit);
            try
            {
                await _news.Reader.ReadAsync(timeout.Token);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                // No news: time to look.
            }
        }
    }
}
