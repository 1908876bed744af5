using AnalysisRunner.Client;
using AnalysisRunner.Contracts;

namespace AnalysisRunner.Submission.Following;

/// <summary>How patiently a lost runner is looked for.</summary>
/// <param name="FirstPause">The pause after the first failure; it doubles up to <paramref name="LongestPause"/>.</param>
/// <param name="LongestPause">The longest pause.</param>
/// <param name="Attempts">Failures in a row after which it is given up.</param>
public sealed record Persistence(TimeSpan FirstPause, TimeSpan LongestPause, int Attempts)
{
    /// <summary>About two minutes in all.</summary>
    public static Persistence Default { get; } = new(TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(10), 16);

    /// <summary>Asks until there is an answer, finding the runner again in between.</summary>
    internal async Task<T> AskAsync<T>(RunnerConnection connection, Func<IAnalysisRunnerApi, Task<T>> ask, CancellationToken cancellation)
    {
        var api = await connection.GetAsync(cancellation).ConfigureAwait(false);
        for (var failures = 1; ; failures++)
        {
            try
            {
                return await ask(api).ConfigureAwait(false);
            }
            catch (AnalysisRunnerException exception) when (RunnerConnection.IsLost(exception) && failures < Attempts)
            {
                api = await PauseAsync(connection, api, failures, cancellation).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Waits as long as the number of failures calls for, then finds the runner again; one that cannot be reached yet is left to the next try.</summary>
    internal async Task<IAnalysisRunnerApi> PauseAsync(RunnerConnection connection, IAnalysisRunnerApi broken, int failures, CancellationToken cancellation)
    {
        var pause = FirstPause * Math.Pow(2, Math.Min(failures - 1, 20));
        await Task.Delay(pause < LongestPause ? pause : LongestPause, cancellation).ConfigureAwait(false);
        try
        {
            return await connection.RenewAsync(broken, cancellation).ConfigureAwait(false);
        }
        catch (AnalysisRunnerException exception) when (RunnerConnection.IsLost(exception))
        {
            return broken;
        }
    }
}
