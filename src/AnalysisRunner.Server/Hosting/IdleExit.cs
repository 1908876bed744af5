namespace AnalysisRunner.Server.Hosting;

/// <summary>Ends a local runner that nobody needs, so that none is left behind.</summary>
internal sealed class IdleExit(ServerActivity activity, TimeSpan limit, TimeProvider time, IHostApplicationLifetime lifetime, ILogger<IdleExit> log)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Often enough that the exit is not much later than promised, seldom enough to cost nothing.
        var interval = TimeSpan.FromTicks(Math.Clamp(limit.Ticks / 20, TimeSpan.FromMilliseconds(50).Ticks, TimeSpan.FromSeconds(30).Ticks));
        using var timer = new PeriodicTimer(interval, time);
        try
        {
            // A server that does not listen yet cannot be needed; to end it then would tear its own start down.
            using var startedOrStopping = CancellationTokenSource.CreateLinkedTokenSource(lifetime.ApplicationStarted, stoppingToken);
            await Task.Delay(Timeout.InfiniteTimeSpan, startedOrStopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                if (!activity.TryCloseIdle(limit)) continue;
                log.LogInformation("Nothing to do for {Limit}: ending.", limit);
                lifetime.StopApplication();
                return;
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The server ends for another reason.
        }
    }
}
