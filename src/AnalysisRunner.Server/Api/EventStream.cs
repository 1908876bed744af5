using System.Globalization;
using System.Text.Json;
using AnalysisRunner.Contracts;

namespace AnalysisRunner.Server.Api;

/// <summary>Sends events as they come, and a sign of life while none comes, so that nobody between takes the connection for dead.</summary>
internal static class EventStream
{
    /// <summary>How long the stream is silent at most; proxies give up after a minute.</summary>
    public static TimeSpan Heartbeat { get; } = TimeSpan.FromSeconds(15);

    /// <summary>Sends server-sent events until there will be none.</summary>
    public static async Task WriteAsync(HttpResponse response, IAsyncEnumerable<InvocationEvent> events, TimeSpan heartbeat, CancellationToken cancellation)
    {
        response.ContentType = "text/event-stream";
        await response.StartAsync(cancellation);
        await response.Body.FlushAsync(cancellation);
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await using var source = events.GetAsyncEnumerator(leaving.Token);
        var next = source.MoveNextAsync().AsTask();
        try
        {
            while (true)
            {
                while (!await IsReadyAsync(next, heartbeat)) await SendAsync(response, ": waiting\n\n", cancellation);
                if (!await next) return;
                // JSON has no raw line breaks, so the data is one line.
                var found = source.Current;
                var data = JsonSerializer.Serialize(found, ContractsJson.Default.InvocationEvent);
                await SendAsync(
                    response, string.Create(CultureInfo.InvariantCulture, $"id: {found.Sequence}\nevent: {found.Type}\ndata: {data}\n\n"), cancellation);
                next = source.MoveNextAsync().AsTask();
            }
        }
        finally
        {
            // An enumerator that is still at work cannot be disposed.
            await leaving.CancelAsync();
            await next.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    private static async Task<bool> IsReadyAsync(Task next, TimeSpan limit)
    {
        if (next.IsCompleted) return true;
        using var ended = new CancellationTokenSource();
        await Task.WhenAny(next, Task.Delay(limit, ended.Token));
        await ended.CancelAsync();
        return next.IsCompleted;
    }

    private static async Task SendAsync(HttpResponse response, string text, CancellationToken cancellation)
    {
        await response.WriteAsync(text, cancellation);
        await response.Body.FlushAsync(cancellation);
    }
}
