using AnalysisRunner.Contracts;
using AnalysisRunner.Engines;

namespace AnalysisRunner.Server.Runs;

/// <summary>An invocation that ended without its server, because it was declared lost while nobody could reach it. Nothing of it may go on when the server is back.</summary>
internal static class LostRun
{
    private const string Reason = "the invocation has ended: its server was declared lost";

    /// <summary>Ends what still runs; true when nothing does any more, and the run has no rights left.</summary>
    public static async Task<bool> TryEndAsync(Invocation invocation, IBatchEngine engine, StorageRights storage, CancellationToken cancellation)
    {
        var isRunning = false;
        foreach (var key in invocation.Batches.Select(batch => batch.Key).Prepend(invocation.ArGuid))
        {
            if (await engine.GetAsync(key, cancellation) is not { State: BatchState.Running }) continue;
            await engine.CancelAsync(key, Reason, CancellationToken.None);
            isRunning = true;
        }
        if (!isRunning) storage.Close(invocation);
        return !isRunning;
    }
}
