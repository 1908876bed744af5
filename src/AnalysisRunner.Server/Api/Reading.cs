using System.Globalization;
using System.Runtime.CompilerServices;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Engines;
using AnalysisRunner.Server.Record;
using AnalysisRunner.Server.Runs;
using AnalysisRunner.Server.Security;
using AnalysisRunner.Server.Settings;
using AnalysisRunner.Server.Submissions;

namespace AnalysisRunner.Server.Api;

/// <summary>Finds what callers ask to see, and only what they may: to others it does not exist.</summary>
internal sealed class Reading(IInvocationLog log, IBatchEngine engine, CurrentSettings settings)
{
    private static readonly TimeSpan StartInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>A page of the invocations of the datasets that the caller is in.</summary>
    public async Task<InvocationPage> ListAsync(Caller caller, InvocationQuery query, CancellationToken cancellation) =>
        await log.ListAsync(query with { VisibleDatasets = settings.Policy.DatasetsOf(caller) }, cancellation);

    /// <summary>An invocation.</summary>
    /// <exception cref="AnalysisRunnerException"><c>AR6040</c>.</exception>
    public async Task<InvocationRecord> GetInvocationAsync(Caller caller, string arGuid, CancellationToken cancellation) =>
        await FindAsync(caller, arGuid, cancellation) ?? throw new AnalysisRunnerException(PolicyCodes.Unknown, $"There is no invocation {Quoted.Value(arGuid)}; look its ar-guid up in the list of invocations.");

    /// <summary>A batch: what the engine knows, or what was recorded when the engine does not know it any more.</summary>
    /// <exception cref="AnalysisRunnerException"><c>AR6040</c>.</exception>
    public async Task<BatchSummary> GetBatchAsync(Caller caller, string key, CancellationToken cancellation)
    {
        var arGuid = RandomText.IsArGuid(key) ? key : await log.FindInvocationOfBatchAsync(key, cancellation);
        if (arGuid is not null && await FindAsync(caller, arGuid, cancellation) is not null)
        {
            if (await engine.GetAsync(key, cancellation) is { } batch) return batch;
            if ((await log.ListBatchesAsync(arGuid, cancellation)).FirstOrDefault(recorded => recorded.Key == key) is { } recorded) return recorded;
        }
        throw new AnalysisRunnerException(PolicyCodes.Unknown, $"There is no batch {Quoted.Value(key)}; look its key up on the page of its invocation.");
    }

    /// <summary>Jobs of a batch, ascending.</summary>
    /// <exception cref="AnalysisRunnerException"><c>AR6040</c>.</exception>
    public async Task<IReadOnlyList<JobSummary>> GetJobsAsync(Caller caller, string key, int after, int limit, CancellationToken cancellation)
    {
        await GetBatchAsync(caller, key, cancellation);
        return await engine.GetJobsAsync(key, after, limit, cancellation);
    }

    /// <summary>The groups of a batch, ascending.</summary>
    /// <exception cref="AnalysisRunnerException"><c>AR6040</c>.</exception>
    public async Task<IReadOnlyList<JobGroupSummary>> GetGroupsAsync(Caller caller, string key, CancellationToken cancellation)
    {
        await GetBatchAsync(caller, key, cancellation);
        return await engine.GetGroupsAsync(key, cancellation);
    }

    /// <summary>The attempts of a job, ascending.</summary>
    /// <exception cref="AnalysisRunnerException"><c>AR6040</c>.</exception>
    public async Task<IReadOnlyList<AttemptSummary>> GetAttemptsAsync(Caller caller, string key, int job, CancellationToken cancellation)
    {
        await FindJobAsync(caller, key, job, cancellation);
        return await engine.GetAttemptsAsync(key, job, cancellation);
    }

    /// <summary>An attempt of a job or a driver that the caller may see.</summary>
    /// <exception cref="AnalysisRunnerException"><c>AR6040</c>.</exception>
    public async Task<AttemptSummary> GetAttemptAsync(string key, int job, int number, CancellationToken cancellation)
    {
        var attempts = await engine.GetAttemptsAsync(key, job, cancellation);
        return attempts.FirstOrDefault(attempt => attempt.Number == number) ?? throw new AnalysisRunnerException(
            PolicyCodes.Unknown,
            string.Create(CultureInfo.InvariantCulture, $"The job '{job}' of the batch {Quoted.Value(key)} has no attempt '{number}'; ")
            + (attempts.Count == 0 ? "it has made none yet." : $"it has {string.Join(", ", attempts.Select(attempt => attempt.Number.ToString(CultureInfo.InvariantCulture)))}."));
    }

    /// <summary>What a job wrote, in one attempt or, with null, in the last one.</summary>
    /// <exception cref="AnalysisRunnerException"><c>AR6040</c>; thrown before the first byte.</exception>
    public async Task<IAsyncEnumerable<ReadOnlyMemory<byte>>> ReadJobLogAsync(
        Caller caller, string key, int job, int? attempt, long offset, bool follow, CancellationToken cancellation)
    {
        await FindJobAsync(caller, key, job, cancellation);
        if (attempt is { } number) await GetAttemptAsync(key, job, number, cancellation);
        return engine.ReadLogAsync(key, job, attempt, offset, follow, cancellation);
    }

    /// <summary>What a driver wrote in one attempt.</summary>
    /// <exception cref="AnalysisRunnerException"><c>AR6040</c>; thrown before the first byte.</exception>
    public async Task<IAsyncEnumerable<ReadOnlyMemory<byte>>> ReadDriverLogAsync(string arGuid, int attempt, long offset, bool follow, CancellationToken cancellation)
    {
        await GetAttemptAsync(arGuid, DriverBatch.Job, attempt, cancellation);
        return engine.ReadLogAsync(arGuid, DriverBatch.Job, attempt, offset, follow, cancellation);
    }

    /// <summary>What a driver wrote in its last attempt; with <paramref name="follow"/>, waits for it to start and goes on until it has ended.</summary>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadDriverLogAsync(
        string arGuid, long offset, bool follow, [EnumeratorCancellation] CancellationToken cancellation)
    {
        while (await engine.GetAsync(arGuid, cancellation) is null)
        {
            // Until the engine has it there is nothing to be woken by; that is a moment after the record.
            if (!follow || await log.GetAsync(arGuid, cancellation) is not { Invocation.IsFinal: false }) yield break;
            await Task.Delay(StartInterval, cancellation);
        }
        await foreach (var piece in engine.ReadLogAsync(arGuid, DriverBatch.Job, null, offset, follow, cancellation)) yield return piece;
    }

    private async Task FindJobAsync(Caller caller, string key, int job, CancellationToken cancellation)
    {
        if (await GetJobsAsync(caller, key, job - 1, 1, cancellation) is not [{ Id: var id }] || id != job)
            throw new AnalysisRunnerException(PolicyCodes.Unknown, $"The batch {Quoted.Value(key)} has no job '{job}'.");
    }

    private async Task<InvocationRecord?> FindAsync(Caller caller, string arGuid, CancellationToken cancellation) =>
        RandomText.IsArGuid(arGuid) && await log.GetAsync(arGuid, cancellation) is { } record
            && settings.Policy.MaySee(caller, arGuid, record.Invocation.Dataset)
            ? record
            : null;
}
