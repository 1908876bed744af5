using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Hosting;
using AnalysisRunner.Server.Record;
using AnalysisRunner.Storage;

namespace AnalysisRunner.Server.Runs.Outputs;

/// <summary>What happens about the outputs of a run: before its driver starts, and when it has ended.</summary>
internal sealed class RunOutputs(IInvocationLog log, OutputFolders outputs, StateFolders folders, InvocationMetadata metadata, ILogger<RunOutputs> logger)
{
    private readonly OutputCollection _collection = new(log);

    /// <summary>Notes what is under the output prefix before the driver starts; to be called again as long as the engine does not have the driver.</summary>
    /// <exception cref="AnalysisRunnerException">The storage refuses to be listed, and would again.</exception>
    /// <exception cref="StorageException">The storage cannot be reached now.</exception>
    public async Task NoteBeforeAsync(InvocationRecord record, CancellationToken cancellation)
    {
        var invocation = record.Invocation;
        try
        {
            foreach (var folder in outputs.Of(record))
            {
                await OutputInventory.NoteAsync(folder, folders.Run(invocation.ArGuid).OutputsBefore(folder.Category), cancellation);
            }
        }
        catch (StorageException e) when (e.Kind is not (StorageErrorKind.Unavailable or StorageErrorKind.Throttled))
        {
            throw new AnalysisRunnerException(e.Code, $"The output prefix '{invocation.OutputPrefix}' cannot be listed: {e.Message}", e);
        }
    }

    /// <summary>
    /// Lists the outputs into the record and writes beside them what made them. Whatever goes wrong with the storage is part of the record and does not
    /// keep the invocation from ending. The answer is the end, which says where there are no outputs.
    /// </summary>
    public async Task<StateChange> CompleteAsync(InvocationRecord record, StateChange end, CancellationToken cancellation)
    {
        var (invocation, run) = (record.Invocation, folders.Run(record.Invocation.ArGuid));
        try
        {
            var found = outputs.Of(record);
            if (invocation.Outputs is { Count: 0 }) return end;
            if (invocation.Outputs is null
                && !await _collection.CollectAsync(invocation.ArGuid, [.. found.Select(folder => (folder, run.OutputsBefore(folder.Category)))], cancellation))
            {
                return end with { HasNoOutputs = true };
            }
            Failpoint.Pass(Failpoint.OutputsListed);
            // Read again for what was listed just now.
            var listed = (await log.GetAsync(invocation.ArGuid, cancellation))!.Invocation;
            // Declared lost meanwhile: it has ended in another way than would be said here.
            if (listed.IsFinal) return end;
            PrivateFile.CreateFolder(run.Path);
            await metadata.WriteAsync(listed with { State = end.State, Reason = end.Reason }, found, run.Metadata, cancellation);
            Failpoint.Pass(Failpoint.OutputsDescribed);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or AnalysisRunnerException)
        {
            var reason = e is StorageException { Code: var code } ? $"{code}: {e.Message}" : e.Message;
            logger.LogError(e, "What is said about the outputs of {ArGuid} could not be completed.", invocation.ArGuid);
            await log.AddOutputsProblemAsync(invocation.ArGuid, $"The metadata could not be written beside the outputs: {reason}", CancellationToken.None);
        }
        return end;
    }
}
