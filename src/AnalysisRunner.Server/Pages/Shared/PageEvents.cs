using System.Runtime.CompilerServices;
using System.Threading.Channels;
using AnalysisRunner.Contracts;
using AnalysisRunner.Engines;
using AnalysisRunner.Server.Api;
using AnalysisRunner.Server.Record;

namespace AnalysisRunner.Server.Pages.Shared;

/// <summary>Tells pages that what they show has changed; they fetch it themselves. The names of the events are those that pages.js listens to.</summary>
internal static class PageEvents
{
    private const string Change = "change";
    private const string End = "end";

    /// <summary>The changes of an invocation and of the jobs of its batches, until it has ended.</summary>
    public static async IAsyncEnumerable<string> OfInvocation(
        IInvocationLog log, IBatchEngine engine, string arGuid, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        // One change waits at most: who has not read it yet will see the newest state anyway.
        var changes = Channel.CreateBounded<string>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        var recorded = ForwardAsync(log.FollowEventsAsync(arGuid, 0, ended.Token), _ => true, changes.Writer, ended.Token)
            .ContinueWith(_ => changes.Writer.TryComplete(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        var moved = ForwardAsync(engine.WatchAsync(ended.Token), batch => batch.Key.StartsWith(arGuid, StringComparison.Ordinal), changes.Writer, ended.Token);
        try
        {
            await foreach (var change in changes.Reader.ReadAllAsync(cancellation)) yield return change;
            yield return End;
        }
        finally
        {
            await ended.CancelAsync();
            await Task.WhenAll(recorded, moved);
        }
    }

    /// <summary>The changes of a batch, until it has ended.</summary>
    public static async IAsyncEnumerable<string> OfBatch(IBatchEngine engine, string key, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var changes = engine.WatchAsync(cancellation);
        // Subscribed first: an end in between is not missed.
        if (await engine.GetAsync(key, cancellation) is not { State: BatchState.Running })
        {
            yield return End;
            yield break;
        }
        await foreach (var batch in changes.WithCancellation(cancellation))
        {
            if (batch.Key != key) continue;
            yield return batch.State == BatchState.Running ? Change : End;
            if (batch.State != BatchState.Running) yield break;
        }
    }

    /// <summary>The changes of all invocations.</summary>
    public static async IAsyncEnumerable<string> OfAll(IBatchEngine engine, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var _ in engine.WatchAsync(cancellation).WithCancellation(cancellation)) yield return Change;
    }

    /// <summary>Sends events as server-sent events, with signs of life in between.</summary>
    public static async Task WriteAsync(HttpContext context, IAsyncEnumerable<string> events)
    {
        await ServerSentEvents.WriteAsync(context.Response, Frames(events), ServerSentEvents.Heartbeat, InvocationRoutes.Streaming(context));
        LogStream.BreakOff(context);
    }

    private static async IAsyncEnumerable<string> Frames(IAsyncEnumerable<string> events)
    {
        await foreach (var name in events) yield return $"event: {name}\ndata:\n\n";
    }

    private static async Task ForwardAsync<T>(IAsyncEnumerable<T> source, Func<T, bool> counts, ChannelWriter<string> changes, CancellationToken cancellation)
    {
        try
        {
            await foreach (var change in source.WithCancellation(cancellation))
            {
                if (counts(change)) changes.TryWrite(Change);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The reader has left, or there is nothing more to read.
        }
    }
}
