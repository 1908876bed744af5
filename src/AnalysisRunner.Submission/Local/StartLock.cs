using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Submission.Local;

/// <summary>Lets one build at a time look for a runner and start one. The lock ends with its process, however that ends.</summary>
internal static class StartLock
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    public static async Task<IDisposable> TakeAsync(StateFolder state, TimeSpan limit, CancellationToken cancellation)
    {
        var path = Path.Combine(state.Path, "start.lock");
        for (var waited = TimeSpan.Zero; ; waited += Pause)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1);
            }
            catch (IOException exception)
            {
                // There is nothing to wait on: a lock file does not tell when it is released.
                if (waited >= limit)
                {
                    throw new AnalysisRunnerException(
                        BuildCodes.LocalRunnerDidNotStart,
                        $"Another build has held '{path}' for {limit.TotalSeconds:0} s while it starts the local runner ({exception.Message}). End that build, or look into the state folder's log.",
                        exception);
                }
                await Task.Delay(Pause, cancellation).ConfigureAwait(false);
            }
        }
    }
}
