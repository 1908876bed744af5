using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Engines;
using AnalysisRunner.Server.Hosting;
using AnalysisRunner.Server.Record;
using AnalysisRunner.Server.Runs.Outputs;
using AnalysisRunner.Server.Settings;
using AnalysisRunner.Server.Stores;
using AnalysisRunner.Server.Submissions;

namespace AnalysisRunner.Server.Runs;

/// <summary>Starts a recorded invocation: publishes its config and hands its driver to the engine. Each step looks at what is already done and may be repeated.</summary>
internal sealed class DriverStart(
    IInvocationLog log, IBatchEngine engine, RunPreparation preparation, StorageRights storage, StoreCredentials credentials, RunOutputs outputs, CodeRecheck recheck, ServerAddress address,
    TimeProvider time, CurrentSettings settings, ILogger<DriverStart> logger)
    : IDisposable
{
    // So many are started at a time.
    private const int StartsAtOnce = 128;

    // What was judged by a look at the remote that is no older need not be looked at again; the driver's own look follows.
    private static readonly TimeSpan JustAccepted = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _starts = new(StartsAtOnce);

    /// <summary>Starts it, in its turn; false when that ended the invocation.</summary>
    /// <param name="record">The invocation.</param>
    /// <param name="recorded">What is known of it, where it was recorded just now.</param>
    /// <param name="stopping">Lets go of it; the next start of the server takes it up.</param>
    public async Task<bool> TryStartAsync(InvocationRecord record, RecordedRun? recorded, CancellationToken stopping)
    {
        await _starts.WaitAsync(stopping);
        try
        {
            return await TryStartNowAsync(record, recorded, stopping);
        }
        finally
        {
            _starts.Release();
        }
    }

    public void Dispose() => _starts.Dispose();

    private async Task<bool> TryStartNowAsync(InvocationRecord record, RecordedRun? recorded, CancellationToken stopping)
    {
        var (invocation, arGuid) = (record.Invocation, record.Invocation.ArGuid);
        if (invocation.CancelRequestedBy is { } by && await engine.GetAsync(arGuid, stopping) is null)
        {
            await log.ChangeStateAsync(arGuid, new StateChange(InvocationState.Cancelled, $"Cancelled by {by} before it started.", by), CancellationToken.None);
            return false;
        }
        try
        {
            await StartAsync(record, recorded, stopping);
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

    private async Task StartAsync(InvocationRecord record, RecordedRun? recorded, CancellationToken stopping)
    {
        var (invocation, arGuid) = (record.Invocation, record.Invocation.ArGuid);
        if (recorded is null || time.GetUtcNow() - invocation.SubmittedAt > JustAccepted) await recheck.CheckAsync(invocation, CancellationToken.None);
        storage.Open(invocation);
        var documents = recorded?.Documents ?? await log.GetDocumentsAsync(arGuid, CancellationToken.None)
            ?? throw new FileNotFoundException("What it is started from is not in the invocation log; submit it again.");
        var sha256 = await preparation.PublishConfigAsync(record, documents, stopping);
        Failpoint.Pass(Failpoint.ConfigPublished);
        // An older server recorded it here; now it is recorded with the invocation.
        if (recorded is null && invocation.ConfigSha256 is null) await log.SetConfigSha256Async(arGuid, sha256, CancellationToken.None);
        Failpoint.Pass(Failpoint.ConfigRecorded);
        // Once the engine has the driver, what is there may be the driver's own.
        if (recorded is not null || await engine.GetAsync(arGuid, stopping) is null) await outputs.NoteBeforeAsync(record, stopping);
        var config = preparation.ConfigOfDriver(invocation, credentials.AreLentTo(invocation.Dataset));
        preparation.PrepareDriver(invocation, documents, config, recorded?.Environment ?? await EnvironmentOfAsync(invocation));
        Failpoint.Pass(Failpoint.DriverPrepared);
        var role = IdentityVariables.Of(invocation.Identity, preparation.Folder(arGuid), address.DriverUrl);
        await engine.SubmitAsync(DriverBatch.Describe(invocation, documents.Script, config, address.DriverUrl, preparation.TokenOfDriver(invocation), settings.Value.PassEnvironment, role), CancellationToken.None);
        Failpoint.Pass(Failpoint.DriverSubmitted);
        await log.SetDriverAsync(arGuid, engine.Name, arGuid, CancellationToken.None);
        Failpoint.Pass(Failpoint.DriverRecorded);
    }

    private async Task<IReadOnlyDictionary<string, string>> EnvironmentOfAsync(Invocation invocation) =>
        invocation.EnvironmentNames.Count > 0 ? await log.GetEnvironmentAsync(invocation.ArGuid, CancellationToken.None) : new Dictionary<string, string>();
}
