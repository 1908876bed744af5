using System.Globalization;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Tests.Code;
using AnalysisRunner.Server.Tests.Hosting;
using AnalysisRunner.Server.Tests.Runs;

namespace AnalysisRunner.Server.Tests.Telemetry;

public sealed class MetricsTests
{
    [GitFact]
    public async Task Figures_of_requests_queue_engine_and_git_are_read_without_a_token()
    {
        await using var server = await TestServer.StartAsync();
        using var gate = new Gate(server.Repository.Root);
        var request = TestServer.Request(server.PushScript($"cat '{gate.Path}'"), "./run.sh");
        var run = await server.SubmitAsync(request);
        await foreach (var found in server.InvocationLog.FollowEventsAsync(run.ArGuid, 0, TestRunner.Limit())) if (found.Type == "step" && found.Detail.StartsWith("run", StringComparison.Ordinal)) break;
        await server.RefusalAsync(request with { Dataset = "none" });

        var running = await ReadAsync(server);
        Sum(running, "analysis_runner_invocations", "state=\"running\"").ShouldBe(1);
        Sum(running, "analysis_runner_refusals_total", $"code=\"{PolicyCodes.DatasetUnknown}\"").ShouldBe(1);
        Sum(running, "http_server_request_duration_seconds_count", "http_route=\"/api/v1/submissions\"").ShouldBe(2);
        Sum(running, "http_server_request_duration_seconds_bucket", "http_route=\"/api/v1/submissions\",", "le=\"+Inf\"").ShouldBe(2);
        Sum(running, "analysis_runner_git_duration_seconds_count", "outcome=\"ok\"").ShouldBeGreaterThan(0);
        Sum(running, "analysis_runner_engine_jobs", "state=\"running\"").ShouldBe(0);
        running.Keys.ShouldContain(key => key.StartsWith("kestrel_active_connections", StringComparison.Ordinal));
        running.Keys.ShouldContain(key => key.StartsWith("dotnet_process_memory_working_set_bytes", StringComparison.Ordinal));

        gate.Open();
        await server.EndOfAsync(run.ArGuid);
        // The end is counted right after it is recorded.
        var limit = TestRunner.Limit();
        Dictionary<string, double> ended;
        do ended = await ReadAsync(server);
        while (Sum(ended, "analysis_runner_invocations_ended_total", "state=\"succeeded\"") == 0 && !limit.IsCancellationRequested);
        Sum(ended, "analysis_runner_invocations", "state=\"running\"").ShouldBe(0);
        Sum(ended, "analysis_runner_invocation_duration_seconds_count", "state=\"succeeded\"").ShouldBe(1);
    }

    [GitFact]
    public async Task Nobody_is_named_and_strangers_make_no_new_series()
    {
        await using var server = await TestServer.StartAsync();
        using var http = server.Http(server.Issuer.Token());
        for (var i = 0; i < 20; i++) (await http.GetAsync($"/api/v1/invocations/secret-{i}")).Dispose();
        for (var i = 0; i < 20; i++) (await http.GetAsync($"/no/such/secret-{i}")).Dispose();
        using var odd = await http.SendAsync(new HttpRequestMessage(new HttpMethod("SECRET"), "/"));

        var text = await http.GetStringAsync("/metrics");
        text.ShouldNotContain("secret", Case.Insensitive);
        text.ShouldNotContain("alice");
        text.ShouldNotContain("ds1");
    }

    /// <summary>Reads the text strictly: every line is a comment or a sample, and every sample's family was announced before it.</summary>
    private static async Task<Dictionary<string, double>> ReadAsync(TestServer server)
    {
        using var http = server.Http();
        using var response = await http.GetAsync("/metrics");
        response.Content.Headers.ContentType!.ToString().ShouldBe("text/plain; version=0.0.4; charset=utf-8");
        var samples = new Dictionary<string, double>(StringComparer.Ordinal);
        var announced = new HashSet<string>(StringComparer.Ordinal);
        foreach (var line in (await response.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.StartsWith("# TYPE ", StringComparison.Ordinal)) announced.Add(line.Split(' ')[2]).ShouldBeTrue(line);
            if (line[0] == '#') continue;
            var space = line.LastIndexOf(' ');
            var family = line.Split('{', ' ')[0];
            announced.ShouldContain(name => family == name || family == name + "_bucket" || family == name + "_sum" || family == name + "_count", line);
            samples.TryAdd(line[..space], double.Parse(line[(space + 1)..], CultureInfo.InvariantCulture)).ShouldBeTrue(line);
        }
        return samples;
    }

    private static double Sum(Dictionary<string, double> samples, string name, params string[] labels) =>
        samples.Where(sample => sample.Key.Split('{')[0] == name && labels.All(label => sample.Key.Contains(label, StringComparison.Ordinal))).Sum(sample => sample.Value);
}
