using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace AnalysisRunner.Client.Tests;

/// <summary>A real Kestrel on loopback that answers every request with one delegate and counts them.</summary>
internal sealed class RunningServer : IAsyncDisposable
{
    private static readonly RetryPolicy Quick = new(Attempts: 3, FirstDelay: TimeSpan.FromMilliseconds(1), Timeout: TimeSpan.FromSeconds(30));

    private readonly WebApplication _app;
    private int _requests;

    private RunningServer(WebApplication app) => _app = app;

    public Uri Url { get; private set; } = null!;

    public int Requests => Volatile.Read(ref _requests);

    public static async Task<RunningServer> StartAsync(Func<HttpContext, int, Task> answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel(options => options.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var server = new RunningServer(app);
        app.Run(context => answer(context, Interlocked.Increment(ref server._requests)));
        await app.StartAsync();
        server.Url = new Uri(app.Urls.Single());
        return server;
    }

    public AnalysisRunnerApi Client(string? token = "secret") => new(Url, _ => ValueTask.FromResult(token), null, Quick);

    public AnalysisRunnerApi Client(TimeSpan timeout) => new(Url, _ => ValueTask.FromResult<string?>(null), null, Quick with { Timeout = timeout });

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }
}

internal static class Answers
{
    public static Task JsonAsync(this HttpContext context, string json, int status = 200, string type = "application/json")
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        return context.Response.WriteAsync(json);
    }
}
