using System.Net;
using System.Text;
using System.Text.Json;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Telemetry;
using AnalysisRunner.Server.Tests.Code;
using AnalysisRunner.Server.Tests.Hosting;
using AnalysisRunner.Server.Tests.Notifications;

namespace AnalysisRunner.Server.Tests.Telemetry;

/// <summary>One trace from the request to the driver, in the log and at the collector.</summary>
public sealed class TracingTests
{
    private const string Trace = "0af7651916cd43dd8448eb211c80319c";
    private const string Parent = "b7ad6b7169203331";

    [GitFact]
    public async Task The_trace_of_a_request_is_carried_to_the_driver_and_found_in_the_log()
    {
        await using var server = await TestServer.StartAsync(more: "log = \"json\"");
        var sha = server.PushScript("echo \"trace $TRACEPARENT\"");
        var accepted = await SendAsync(server, TestServer.Request(sha, "./run.sh"), HttpStatusCode.Accepted);
        var run = await server.EndOfAsync(JsonSerializer.Deserialize(accepted, ContractsJson.Default.SubmissionAccepted)!.ArGuid);

        (await server.LogOfAsync(run.ArGuid)).ShouldMatch($"trace 00-{Trace}-[0-9a-f]{{16}}-0[01]");
        run.EnvironmentNames.ShouldBeEmpty();
        var own = await server.RunAsync(TestServer.Request(sha, "./run.sh") with { Environment = new Dictionary<string, string> { ["TRACEPARENT"] = "mine" } });
        (await server.LogOfAsync(own.ArGuid)).ShouldContain("trace mine");

        await SendAsync(server, TestServer.Request(sha, "./run.sh") with { Dataset = "none" }, HttpStatusCode.Forbidden);
        var entries = Encoding.UTF8.GetString(server.Log.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        var refusal = entries.Single(entry => entry.TryGetProperty("traceId", out var id) && id.GetString() == Trace);
        refusal.GetProperty("message").GetString().ShouldBe($"POST /api/v1/submissions refused: {PolicyCodes.DatasetUnknown}.");
        refusal.GetProperty("values").GetProperty("Code").GetString().ShouldBe(PolicyCodes.DatasetUnknown);
        refusal.GetProperty("level").GetString().ShouldBe("Information");
    }

    [GitFact]
    public async Task Traces_figures_and_the_log_go_to_the_collector_that_the_environment_names()
    {
        await using var collector = new HookReceiver();
        var export = TelemetryExport.Read(name => name == TelemetryExport.EndpointVariable ? collector.Url.ToString() : null).ShouldNotBeNull();
        export.IsGrpc.ShouldBeFalse();
        await using (var server = await TestServer.StartAsync(telemetry: export))
        {
            await SendAsync(server, TestServer.Request(server.PushScript("true"), "./run.sh"), HttpStatusCode.Accepted);
            await SendAsync(server, TestServer.Request(null, "./run.sh") with { Dataset = "none" }, HttpStatusCode.Forbidden);
        }

        // All are sent at the latest when the server ends.
        await ShouldReceiveAsync(async () => (await collector.NextAsync(TestRunner.Limit())).Body);
    }

    [GitFact]
    public async Task They_go_by_gRPC_where_the_environment_says_so()
    {
        await using var collector = await GrpcCollector.StartAsync();
        var export = TelemetryExport.Read(name => name == TelemetryExport.EndpointVariable ? collector.Url : "grpc").ShouldNotBeNull();
        export.IsGrpc.ShouldBeTrue();
        await using (var server = await TestServer.StartAsync(telemetry: export))
        {
            await SendAsync(server, TestServer.Request(server.PushScript("true"), "./run.sh"), HttpStatusCode.Accepted);
            await SendAsync(server, TestServer.Request(null, "./run.sh") with { Dataset = "none" }, HttpStatusCode.Forbidden);
        }

        var services = new HashSet<string>();
        await ShouldReceiveAsync(async () =>
        {
            var (path, body) = await collector.NextAsync(TestRunner.Limit());
            services.Add(path.Split('.')[^1]);
            return body;
        });
        services.ShouldBe(["TraceService/Export", "MetricsService/Export", "LogsService/Export"], ignoreOrder: true);
    }

    private static async Task ShouldReceiveAsync(Func<Task<byte[]>> next)
    {
        // Entries of the log have their trace too, but not the span that the request names.
        byte[][] wanted = [Convert.FromHexString(Trace), Convert.FromHexString(Parent), "analysis_runner.git.duration"u8.ToArray(), Encoding.UTF8.GetBytes($"refused: {PolicyCodes.DatasetUnknown}.")];
        var received = new List<byte[]>();
        while (!wanted.All(part => Holds(received, part))) received.Add(await next());
    }

    [Theory]
    [InlineData("collector:4317", null)]
    [InlineData("ftp://collector", null)]
    [InlineData("http://collector", "http/json")]
    public void A_malformed_address_of_the_collector_is_refused_at_the_start(string endpoint, string? protocol)
    {
        var refusal = Should.Throw<AnalysisRunnerException>(() => TelemetryExport.Read(name => name == TelemetryExport.EndpointVariable ? endpoint : protocol));
        refusal.Problems.ShouldHaveSingleItem().Code.ShouldBe(EndCodes.TelemetryAddress);
    }

    private static bool Holds(List<byte[]> received, byte[] wanted) => received.Exists(body => body.AsSpan().IndexOf(wanted) >= 0);

    private static async Task<string> SendAsync(TestServer server, SubmissionRequest request, HttpStatusCode expected)
    {
        using var http = server.Http(server.Issuer.Token());
        using var message = new HttpRequestMessage(HttpMethod.Post, "/api/v1/submissions") { Content = new StringContent(JsonSerializer.Serialize(request, ContractsJson.Default.SubmissionRequest)) };
        message.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
        message.Headers.Add("traceparent", $"00-{Trace}-{Parent}-01");
        using var response = await http.SendAsync(message);
        var text = await response.Content.ReadAsStringAsync();
        response.StatusCode.ShouldBe(expected, text);
        return text;
    }
}
