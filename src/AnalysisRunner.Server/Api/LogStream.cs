namespace AnalysisRunner.Server.Api;

/// <summary>Sends the bytes of a log as plain text: whatever is in them, no browser takes them for anything else.</summary>
internal static class LogStream
{
    /// <summary>Sends each piece as soon as it is there.</summary>
    public static async Task WriteAsync(HttpContext context, IAsyncEnumerable<ReadOnlyMemory<byte>> pieces)
    {
        context.Response.ContentType = "text/plain; charset=utf-8";
        await context.Response.StartAsync(context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
        await foreach (var piece in pieces)
        {
            await context.Response.Body.WriteAsync(piece, context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
        }
        BreakOff(context);
    }

    /// <summary>
    /// Breaks the connection when the server is stopping: an orderly end would tell the reader that there is no more, and there is.
    /// </summary>
    public static void BreakOff(HttpContext context)
    {
        if (context.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.IsCancellationRequested) context.Abort();
    }
}
