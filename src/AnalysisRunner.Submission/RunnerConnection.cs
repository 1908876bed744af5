using AnalysisRunner.Client;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Submission.Credentials;
using AnalysisRunner.Submission.Local;

namespace AnalysisRunner.Submission;

/// <summary>
/// The way to a runner. A local one may end and another may take its place, at another address and with another token, so the way can be asked for anew.
/// </summary>
/// <param name="connect">Finds the runner, starting a local one where there is none.</param>
public sealed class RunnerConnection(Func<CancellationToken, Task<IAnalysisRunnerApi>> connect) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly List<IAnalysisRunnerApi> _retired = [];
    private IAnalysisRunnerApi? _current;

    /// <summary>The way to a real server; its version is asked for before anything else is.</summary>
    public static RunnerConnection ToServer(Uri url, RunnerCredentials credentials)
    {
        ArgumentNullException.ThrowIfNull(credentials);
        return new(async cancellation =>
        {
            var api = new AnalysisRunnerApi(url, credentials.TokensFor(url));
            try
            {
                await api.RequireCompatibleServerAsync(cancellation).ConfigureAwait(false);
                return api;
            }
            catch
            {
                api.Dispose();
                throw;
            }
        });
    }

    /// <summary>The way to the local runner, which is started when it is not there.</summary>
    public static RunnerConnection ToLocal(LocalRunner runner)
    {
        ArgumentNullException.ThrowIfNull(runner);
        RunningRunner? known = null;
        return new(async cancellation =>
        {
            known = await (known is null ? runner.FindOrStartAsync(cancellation) : runner.FindAgainAsync(known, cancellation)).ConfigureAwait(false);
            return runner.Connect(known);
        });
    }

    /// <summary>The runner as last found.</summary>
    public Task<IAnalysisRunnerApi> GetAsync(CancellationToken cancellation) => RenewAsync(null, cancellation);

    /// <summary>Finds the runner again, unless somebody else has done so since <paramref name="broken"/> was handed out.</summary>
    public async Task<IAnalysisRunnerApi> RenewAsync(IAnalysisRunnerApi? broken, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (_current is not null && !ReferenceEquals(_current, broken)) return _current;
            var found = await connect(cancellation).ConfigureAwait(false);
            // Another reader may still be at work with it: disposed at the end.
            if (_current is not null && !ReferenceEquals(_current, found)) _retired.Add(_current);
            return _current = found;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Whether the runner could not be reached or is on its way out, so that another try may find it or its successor.</summary>
    public static bool IsLost(AnalysisRunnerException exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        return exception.Problems[0].Code is BuildCodes.ServerNotReachable or PolicyCodes.ShuttingDown;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var api in _retired.Append(_current)) (api as IDisposable)?.Dispose();
        _turn.Dispose();
    }
}
