using System.Collections.Concurrent;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Engines;
using AnalysisRunner.Server.Hosting;
using AnalysisRunner.Server.Images;
using AnalysisRunner.Server.Record;
using AnalysisRunner.Server.Security;
using AnalysisRunner.Server.Stores;
using AnalysisRunner.Server.Submissions;

namespace AnalysisRunner.Server.Runs;

/// <summary>Attaches a batch to its invocation and then hands it to the engine: nothing runs that is not in the log.</summary>
internal sealed class BatchHandover(IInvocationLog log, IBatchEngine engine, ServerActivity activity, ServerAddress address, StoreCredentials credentials, JobImages images, StateFolders folders, TimeProvider time)
{
    private const int MaximumName = 1000;
    private const string ArGuidAttribute = "ar-guid";

    private readonly ConcurrentDictionary<string, int> _underWay = new(StringComparer.Ordinal);

    /// <summary>Whether a batch is recorded and may be on its way to the engine.</summary>
    public bool IsUnderWay(string key) => _underWay.ContainsKey(key);

    /// <summary>Takes a batch for the caller's invocation; the owner names it by the attribute <c>ar-guid</c>. Idempotent by key.</summary>
    /// <exception cref="AnalysisRunnerException">The caller may not; the batch is malformed or could never run here, or the invocation takes none.</exception>
    public async Task<BatchAccepted> ExecuteAsync(Caller caller, BatchSpec spec, CancellationToken cancellation)
    {
        using var accepting = activity.TryAccept() ?? throw new AnalysisRunnerException(
            PolicyCodes.ShuttingDown, "The runner is shutting down and takes no new work; send the batch again when it is back.");
        if (caller is { IsUser: true, IsOwner: false })
        {
            throw new AnalysisRunnerException(
                PolicyCodes.TokenForbidden, "Batches belong to a driver, which hands them over with its own token: what runs is what was submitted and judged. Submit a run whose code makes the batch.");
        }
        CheckShape(spec);
        var arGuid = InvocationOf(caller, spec);
        if (await log.GetAsync(arGuid, cancellation) is not { } record)
        {
            throw new AnalysisRunnerException(PolicyCodes.Unknown, $"There is no invocation {Quoted.Value(arGuid)} to attach the batch to; name one in the attribute 'ar-guid'.");
        }
        if (record.Invocation.CancelRequestedBy is not null) throw Ended(arGuid, "is being cancelled");

        // The ar-guid in front keeps the keys of invocations apart, and finds the invocation of a batch.
        var key = spec.Key.StartsWith(arGuid + ".", StringComparison.Ordinal) || spec.Key.StartsWith(arGuid + "-", StringComparison.Ordinal)
            ? spec.Key
            : $"{arGuid}.{spec.Key}";
        // What was sent before is answered as it was: what it was judged by, and what its images mean, may be something else by now.
        if (await engine.GetAsync(key, cancellation) is not null) return Accepted(key);

        credentials.Ensure(spec, record.Invocation.Dataset);
        (spec, var found) = await images.ResolveAsync(spec, record.Invocation, cancellation);
        var attributes = new Dictionary<string, string>(spec.Attributes)
        {
            [ArGuidAttribute] = arGuid,
            [StoreCredentials.DatasetAttribute] = record.Invocation.Dataset,
            [SlurmPlacements.LevelAttribute] = record.Invocation.AccessLevel.ToName(),
        };
        spec = spec with { Key = key, Attributes = attributes, Identity = IdentityVariables.ForEngine(record.Invocation.Identity) };
        spec = IdentityVariables.AddTo(spec, IdentityVariables.Of(record.Invocation.Identity, folders.Run(arGuid), address.DriverUrl));
        _underWay.AddOrUpdate(key, 1, (_, count) => count + 1);
        try
        {
            return await HandOverAsync(arGuid, spec, found);
        }
        finally
        {
            if (_underWay.AddOrUpdate(key, 0, (_, count) => count - 1) == 0) _underWay.TryRemove(new KeyValuePair<string, int>(key, 0));
        }
    }

    private async Task<BatchAccepted> HandOverAsync(string arGuid, BatchSpec spec, IReadOnlyList<(string Image, string Resolved)> found)
    {
        var recorded = new BatchSummary(
            spec.Key, spec.Name, BatchState.Running, new JobCounts(spec.Jobs.Count, 0, 0, 0, 0, 0), time.GetUtcNow(), null);
        switch (await log.AddBatchAsync(arGuid, recorded, CancellationToken.None))
        {
            case BatchAdmission.InvocationEnded:
                throw Ended(arGuid, "has ended");
            case BatchAdmission.KeyTaken or BatchAdmission.Unknown:
                throw new AnalysisRunnerException(PolicyCodes.BatchNotAttached, $"The batch key {Quoted.Value(spec.Key)} belongs to another invocation; choose another.");
            case BatchAdmission.Known when await engine.GetAsync(spec.Key, CancellationToken.None) is null && await RefusalOf(arGuid, spec.Key) is { } refusal:
                throw new AnalysisRunnerException(PolicyCodes.BatchNotAttached, $"The batch {Quoted.Value(spec.Key)} was refused before: {refusal} Send the corrected batch under another key.");
        }
        Failpoint.Pass(Failpoint.BatchRecorded);
        if (found.Count > 0) await log.NoteImagesAsync(arGuid, spec.Name, found, CancellationToken.None);
        try
        {
            await engine.SubmitAsync(spec, CancellationToken.None);
            Failpoint.Pass(Failpoint.BatchSubmitted);
        }
        catch (AnalysisRunnerException refusal)
        {
            await log.UpdateBatchAsync(
                recorded with
                {
                    State = BatchState.Failed,
                    FinishedAt = time.GetUtcNow(),
                    Jobs = new JobCounts(0, 0, 0, 0, 0, spec.Jobs.Count),
                    Reason = refusal.Problems[0].ToString(),
                },
                CancellationToken.None);
            throw;
        }
        return Accepted(spec.Key);
    }

    private BatchAccepted Accepted(string key) => new(key, address.PageOfBatch(key));

    private async Task<string?> RefusalOf(string arGuid, string key)
    {
        var batch = (await log.ListBatchesAsync(arGuid, CancellationToken.None)).FirstOrDefault(batch => batch.Key == key);
        return batch is { State: not BatchState.Running } ? batch.Reason ?? "it had ended." : null;
    }

    private static string InvocationOf(Caller caller, BatchSpec spec) =>
        caller.ArGuid ?? (spec.Attributes.TryGetValue(ArGuidAttribute, out var named) && RandomText.IsArGuid(named) ? named : null)
        ?? throw new AnalysisRunnerException(
            PolicyCodes.BatchNotAttached, "The batch names no invocation that it belongs to, and nothing runs that is not in the log; send it with the driver's token, or name the invocation in the attribute 'ar-guid'.");

    // JSON can hold nulls where the types promise none.
    private static void CheckShape(BatchSpec spec)
    {
        var hasNull = spec.Key is null || spec.Name is null || spec.Attributes is null || spec.Attributes.Values.Any(value => value is null) || spec.Jobs is null
            || spec.Jobs.Any(job => job is null || job.Name is null || job.Command is null || job.Parents is null || job.Environment is null
                || job.Environment.Values.Any(value => value is null) || job.Outputs is null || job.Outputs.Any(output => output is null)
                || job.Attributes is null || job.Attributes.Values.Any(value => value is null));
        if (hasNull) throw new AnalysisRunnerException(PolicyCodes.MalformedRequest, "The batch has a null where a value belongs; leave the member out or give it a value.");
        if (spec.Name!.Length > MaximumName) throw new AnalysisRunnerException(PolicyCodes.BatchNotAttached, $"The batch's name has {spec.Name.Length} characters; shorten it to {MaximumName}.");
        var isKey = spec.Key!.Length is > 0 and <= 200 && char.IsAsciiLetterOrDigit(spec.Key[0]) && spec.Key.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');
        if (!isKey) throw new AnalysisRunnerException(PolicyCodes.BatchNotAttached, $"{Quoted.Value(spec.Key)} is not a batch key; use 1 to 200 letters, digits, '.', '_' and '-', starting with a letter or digit.");
    }

    private static AnalysisRunnerException Ended(string arGuid, string how) =>
        new(PolicyCodes.InvocationEnded, $"Invocation '{arGuid}' {how} and takes no further batch; submit a new run.");
}
