using System.Net;
using System.Text.Json;
using AnalysisRunner.Contracts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AnalysisRunner.EndToEnd.Tests.Fixtures;

/// <summary>A server, as far as a submission sees one: it says its version, accepts, and remembers what it was sent.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly List<(string Authorization, string Key)> _submissions = [];

    private TestServer(WebApplication app) => _app = app;

    /// <summary>Answers in place of the server; null leaves a request to it.</summary>
    public Func<HttpContext, IResult?> Before { get; set; } = _ => null;

    /// <summary>Every request, in order.</summary>
    public List<string> Requests { get; } = [];

    /// <summary>Every submission that was accepted: who sent it and with which key.</summary>
    public IReadOnlyList<(string Authorization, string Key)> Submissions
    {
        get { lock (_submissions) return [.. _submissions]; }
    }

    public int Port { get; private set; }

    /// <summary>Starts it: over TLS with a certificate of an authority, and without one as local runners are, without.</summary>
    public static async Task<TestServer> StartAsync(TestAuthority? authority = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(options => options.Listen(IPAddress.Loopback, 0, listen =>
        {
            if (authority is not null) listen.UseHttps(authority.Server);
        }));
        var app = builder.Build();
        var server = new TestServer(app);
        app.Run(server.AnswerAsync);
        await app.StartAsync();
        server.Port = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Port;
        return server;
    }

    /// <summary>A refusal as a server words it.</summary>
    public static IResult Refuse(int status, string code, string message) => Results.Text(
        JsonSerializer.Serialize(
            new ApiProblem { Type = code, Title = code, Status = status, Code = code, Detail = message, Problems = [new Problem(code, message)] },
            ContractsJson.Default.ApiProblem),
        "application/problem+json",
        statusCode: status);

    /// <summary>What a server says of itself; a local runner says too whether it is idle.</summary>
    public static IResult Version(string version, int api, bool? idle = null) =>
        Json(new ServerVersion(ServerVersion.ProductName, version, api, Local: idle is not null, idle), ContractsJson.Default.ServerVersion);

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        lock (_submissions) Requests.Add($"{context.Request.Method} {context.Request.Path}");
        await (Before(context) ?? Answer(context)).ExecuteAsync(context);
    }

    private IResult Answer(HttpContext context)
    {
        if (context.Request.Path == "/api/v1/version")
            return Version("1.0.0", ServerVersion.ApiLevel);
        if (context.Request.Path != "/api/v1/submissions") return Results.NotFound();
        lock (_submissions) _submissions.Add((context.Request.Headers.Authorization.ToString(), context.Request.Headers["Idempotency-Key"].ToString()));
        var guid = "a1b2c3d4-0000-4000-8000-000000000001";
        return Json(new SubmissionAccepted(guid, $"https://runner.example.org/invocations/{guid}"), ContractsJson.Default.SubmissionAccepted);
    }

    private static IResult Json<T>(T value, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> form) => Results.Text(JsonSerializer.Serialize(value, form), "application/json");
}
