namespace AnalysisRunner.Server.Api;

/// <summary>Sends server-sent events as they come, and a sign of life while none comes, so that nobody between takes the connection for dead.</summary>
internal static class ServerSentEvents
{
    /// <summary>How long the stream is silent at most; proxies give up after a minute.</summary>
    public static TimeSpan Heartbeat { get; } = TimeSpan.FromSeconds(15);

    /// <summary>Sends frames, each a whole event in its wire form, until there will be none.</summary>
    public static async Task WriteAsync(HttpResponse response, IAsyncEnumerable<string> frames, TimeSpan heartbeat, CancellationToken cancellation)
    {
        response.ContentType = "text/event-stream";
        await response.StartAsync(cancellation);
        await response.Body.FlushAsync(cancellation);
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await using var source = frames.GetAsyncEnumerator(leaving.Token);
        var next = source.MoveNextAsync().AsTask();
        try
        {
            while (true)
            {
                while (!await IsReadyAsync(next, heartbeat)) await SendAsync(response, ": waiting\n\n", cancellation);
                if (!await next) return;
                await SendAsync(response, source.Current, cancellation);
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
