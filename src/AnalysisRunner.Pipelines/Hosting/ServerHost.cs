using AnalysisRunner.Client;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Pipelines.Hosting;

/// <summary>Hands batches to the server under whose invocation this program runs; they go on when it has ended.</summary>
internal sealed class ServerHost : BatchHost
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private readonly AnalysisRunnerApi _api;
    private readonly string _tokenFile;
    private int _hasTold;

    public ServerHost(string url, Func<string, string?> environment, ProgressDisplay display)
        : base(environment, display)
    {
        _tokenFile = Given(environment, DriverEnvironment.TokenFile) ?? throw Incomplete(DriverEnvironment.TokenFile);
        if (Given(environment, DriverEnvironment.ArGuid) is null) throw Incomplete(DriverEnvironment.ArGuid);
        _api = Uri.TryCreate(url, UriKind.Absolute, out var address)
            ? new AnalysisRunnerApi(address, ReadTokenAsync)
            : throw new AnalysisRunnerException(PipelineCodes.DriverEnvironmentIncomplete, $"{DriverEnvironment.Url} is \"{url}\", which is not a URL.");
    }

    private protected override async Task<BatchHandle> SubmitAsync(BatchSpec spec, ConfiguredEngine? settings, CodeLine at, CancellationToken cancellation)
    {
        if (settings is not null && settings != ConfiguredEngine.None && Interlocked.Exchange(ref _hasTold, 1) == 0)
            Display.WriteLine("The section [batch] of the config is for programs that run alone: here the settings of the server hold.");
        var accepted = await _api.SubmitBatchAsync(spec, cancellation).ConfigureAwait(false);
        Display.WriteLine($"Submitted batch {spec.Name}: {accepted.Url}");
        return new BatchHandle(accepted.Key, spec.Name, accepted.Url, at, token => WaitAsync(accepted.Key, token));
    }

    private async Task<BatchSummary> WaitAsync(string key, CancellationToken cancellation)
    {
        for (var pause = FirstPause; ; pause = pause * 1.5 < LongestPause ? pause * 1.5 : LongestPause)
        {
            var summary = await _api.GetBatchAsync(key, cancellation).ConfigureAwait(false);
            if (summary.State != BatchState.Running) return summary;
            await Task.Delay(pause, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Read for each request: the server may renew it.</summary>
    private async ValueTask<string?> ReadTokenAsync(CancellationToken cancellation)
    {
        try
        {
            return await File.ReadAllTextAsync(_tokenFile, cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new AnalysisRunnerException(
                PipelineCodes.DriverEnvironmentIncomplete,
                $"The token file \"{_tokenFile}\" that {DriverEnvironment.TokenFile} names cannot be read ({e.Message}). Without it the server accepts no batch of this driver.",
                e);
        }
    }

    private static AnalysisRunnerException Incomplete(string variable) => new(
        PipelineCodes.DriverEnvironmentIncomplete,
        $"{DriverEnvironment.Url} is set but {variable} is not. A driver has both from its server; to run alone, unset {DriverEnvironment.Url}.");
}
