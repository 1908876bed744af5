namespace AnalysisRunner.Server.Telemetry;

/// <summary>Keeps the figures of what waits and runs fresh for the export, which asks without waiting.</summary>
internal sealed class WorkSampling(ServerMetrics metrics, TimeProvider time, ILogger<WorkSampling> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken)) await RefreshSafelyAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The server ends.
        }
    }

    private async Task RefreshSafelyAsync(CancellationToken cancellation)
    {
        try
        {
            await metrics.RefreshAsync(cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            throw;
        }
#pragma warning disable CA1031 // A database that is away: the figures stay as they are, and those who wait for it say so.
        catch (Exception e)
#pragma warning restore CA1031
        {
            log.LogWarning("What waits and runs could not be counted: {Reason}", e.Message);
        }
    }
}
