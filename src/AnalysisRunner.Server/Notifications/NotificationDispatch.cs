using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Hosting;
using AnalysisRunner.Server.Record;
using AnalysisRunner.Server.Settings;
using AnalysisRunner.Server.Telemetry;

namespace AnalysisRunner.Server.Notifications;

/// <summary>
/// Tells whom the settings name of the end of each invocation. Who is to be told is recorded first; each message is tried, with growing waits, until its
/// receiver takes it or a day has passed, also over restarts. A receiver may get a message twice and knows it by its id.
/// </summary>
internal sealed class NotificationDispatch(
    IInvocationLog log, CurrentSettings settings, IEnumerable<INotificationSender> senders, ServerIdentity identity, ServerMetrics metrics, TimeProvider time, ILogger<NotificationDispatch> logger)
    : BackgroundService
{
    private const int AtOnce = 50;

    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);

    /// <summary>How often the record is looked at; it is asked by an index that is empty when there is nothing to do.</summary>
    public static TimeSpan Interval { get; } = TimeSpan.FromSeconds(2);

    /// <summary>After this time a message is given up.</summary>
    public static TimeSpan GivenUpAfter { get; } = TimeSpan.FromHours(24);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            do await LookSafelyAsync(stoppingToken);
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The server ends; what is due is due at the next start.
        }
    }

    /// <summary>Announces what has ended and sends what is due, once.</summary>
    internal async Task LookAsync(CancellationToken cancellation)
    {
        IReadOnlyList<string> ended;
        do
        {
            ended = await log.ListUnannouncedAsync(identity.Name, AtOnce, cancellation);
            foreach (var arGuid in ended)
            {
                if (await log.GetAsync(arGuid, cancellation) is { } record) await log.AnnounceAsync(arGuid, NotificationTargets.Of(settings.Value.Notifications, record.Invocation), CancellationToken.None);
            }
        }
        while (ended.Count == AtOnce);
        var due = await log.ListDueNotificationsAsync(identity.Name, AtOnce, cancellation);
        await Parallel.ForEachAsync(due, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = cancellation }, SendAsync);
    }

    private async Task LookSafelyAsync(CancellationToken cancellation)
    {
        try
        {
            await LookAsync(cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            throw;
        }
#pragma warning disable CA1031 // Whatever it was, a database that is away for one: the next look comes in seconds, and nothing is forgotten.
        catch (Exception e)
#pragma warning restore CA1031
        {
            logger.LogError(e, "Messages about the end of invocations could not be sent; trying again in {Interval}.", Interval);
        }
    }

    private async ValueTask SendAsync(DueNotification message, CancellationToken cancellation)
    {
        try
        {
            var invocation = (await log.GetAsync(message.ArGuid, cancellation))!.Invocation;
            await senders.Single(sender => sender.Kind == message.Kind).SendAsync(message, invocation, cancellation);
            await log.SetNotificationAsync(message.Id, null, null, CancellationToken.None);
            metrics.Notified(message.Kind, "delivered");
        }
        catch (Exception e) when (e is NotificationException or AnalysisRunnerException)
        {
            var wait = TimeSpan.FromTicks(Math.Min(LongestWait.Ticks, FirstWait.Ticks << Math.Min(message.Attempts, 20)));
            var next = time.GetUtcNow() + wait;
            var isGivenUp = e is NotificationException { IsFinal: true } || next > message.FinishedAt + GivenUpAfter;
            logger.LogWarning(
                "The {Kind} '{Target}' was not told of the end of {ArGuid}: {Reason} {Next}",
                message.Kind, message.Target, message.ArGuid, e.Message, isGivenUp ? "Given up." : $"Trying again in {wait}.");
            await log.SetNotificationAsync(message.Id, e.Message, isGivenUp ? null : next, CancellationToken.None);
            metrics.Notified(message.Kind, isGivenUp ? "given up" : "failed");
        }
    }
}
