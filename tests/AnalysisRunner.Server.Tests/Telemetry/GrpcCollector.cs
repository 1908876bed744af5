using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace AnalysisRunner.Server.Tests.Telemetry;

/// <summary>A collector by gRPC: HTTP/2, messages with their length in front, and the outcome in a trailer.</summary>
internal sealed class GrpcCollector : IAsyncDisposable
{
    private const int Prefix = 5;

    private readonly Channel<(string Path, byte[] Body)> _received = Channel.CreateUnbounded<(string, byte[])>();
    private readonly WebApplication _app;

    private GrpcCollector(WebApplication app) => _app = app;

    public string Url => _app.Urls.First();

    public static async Task<GrpcCollector> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        var app = builder.Build();
        var collector = new GrpcCollector(app);
        app.Run(collector.AnswerAsync);
        await app.StartAsync();
        return collector;
    }

    /// <summary>What was sent next, and to which method.</summary>
    public async Task<(string Path, byte[] Body)> NextAsync(CancellationToken cancellation) => await _received.Reader.ReadAsync(cancellation);

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        context.Request.ContentType.ShouldBe("application/grpc");
        context.Response.ContentType = "application/grpc";
        context.Response.DeclareTrailer("grpc-status");
        await context.Response.Body.WriteAsync(new byte[Prefix]);
        context.Response.AppendTrailer("grpc-status", "0");
        _received.Writer.TryWrite((context.Request.Path.Value!, body.ToArray()[Prefix..]));
    }
}
