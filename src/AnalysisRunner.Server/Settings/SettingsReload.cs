using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Server.Settings;

/// <summary>
/// Puts changed settings in force. It compares contents and not times of change, so that nothing escapes it; what is wrong leaves the old settings in
/// force, is logged once, and is shown by <c>/readyz</c> until it is right.
/// </summary>
internal sealed class SettingsReload(SettingsSource source, CurrentSettings current, TimeProvider time, ILogger<SettingsReload> log)
    : BackgroundService
{
    /// <summary>How often the files are looked at; a change of members takes effect within this time.</summary>
    public static TimeSpan Interval { get; } = TimeSpan.FromSeconds(5);

    private string? _seen = current.Value.Version;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken)) LookSafely();
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The server ends.
        }
    }

    private void LookSafely()
    {
        try
        {
            Look();
        }
#pragma warning disable CA1031 // A look that fails must not end the server; the next one comes in seconds.
        catch (Exception e)
#pragma warning restore CA1031
        {
            log.LogError(e, "{File} could not be looked at; the settings before stay in force.", source.Path);
        }
    }

    /// <summary>Looks once; true when something had changed.</summary>
    internal bool Look()
    {
        var now = source.Fingerprint();
        if (now == _seen) return false;
        _seen = now;
        try
        {
            var settings = source.Read();
            if (settings.Fixed != current.Value.Fixed)
            {
                throw new AnalysisRunnerException([new Problem(
                    PolicyCodes.SettingsNeedRestart,
                    "'state', 'public_url', 'database', 'config_store', 'storage' and 'log' of [server] were changed, and only a restart can put that in force; restart the server, or change them back.",
                    "server",
                    source.Path)]);
            }
            current.Accept(settings);
            log.LogInformation("{File} has changed and is in force.", source.Path);
        }
        catch (AnalysisRunnerException refusal)
        {
            current.Refuse(refusal.Problems);
            foreach (var problem in refusal.Problems) log.LogError("The settings before stay in force: {Problem}", problem);
        }
        return true;
    }
}
