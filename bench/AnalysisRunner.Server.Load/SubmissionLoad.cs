using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using AnalysisRunner.Contracts;

namespace AnalysisRunner.Server.Load;

/// <summary>Clients that submit one after another, as fast as the server answers.</summary>
internal static class SubmissionLoad
{
    /// <summary>Warms the server up, then measures.</summary>
    public static async Task RunAsync(LoadedServer server, int clients, TimeSpan warmUp, TimeSpan duration, Func<Usage>? database)
    {
        using var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = clients, UseCookies = false, UseProxy = false }) { BaseAddress = server.Url };
        var body = Body(server.Commit);
        var tokens = Enumerable.Range(0, clients).Select(server.NewToken).ToArray();

        await RoundAsync(http, tokens, body, warmUp);
        var (before, databaseBefore, own) = (Usage.Of(server.ProcessId), database?.Invoke(), Environment.CpuUsage.TotalTime);
        var watch = Stopwatch.StartNew();
        var times = await RoundAsync(http, tokens, body, duration);
        var elapsed = watch.Elapsed;
        var (after, databaseAfter) = (Usage.Of(server.ProcessId), database?.Invoke());

        Array.Sort(times);
        var perSubmission = (after.Cpu - before.Cpu).TotalMilliseconds / times.Length;
        var databaseCpu = databaseAfter is { } end ? (end.Cpu - databaseBefore!.Value.Cpu).TotalMilliseconds / times.Length : 0;
        var unfinished = await UnfinishedAsync(http, tokens[0]);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {(database is null ? "SQLite" : "PostgreSQL")} | {clients} | {times.Length / elapsed.TotalSeconds:F0} | {times[times.Length / 2]:F0} | {times[times.Length * 99 / 100]:F0} | {times[^1]:F0} | {perSubmission:F2} | {databaseCpu:F2} | {(Environment.CpuUsage.TotalTime - own).TotalMilliseconds / times.Length:F2} | {after.PeakMemory >> 20} | {unfinished} |"));
    }

    private static async Task<double[]> RoundAsync(HttpClient http, string[] tokens, byte[] body, TimeSpan duration)
    {
        var watch = Stopwatch.StartNew();
        var all = await Task.WhenAll(tokens.Select(token => Task.Run(async () =>
        {
            var times = new List<double>();
            while (watch.Elapsed < duration)
            {
                var began = Stopwatch.GetTimestamp();
                using var request = Describe(body, token);
                using var response = await http.SendAsync(request);
                if (response.StatusCode != HttpStatusCode.Accepted) throw new InvalidOperationException(await response.Content.ReadAsStringAsync());
                _ = await response.Content.ReadAsByteArrayAsync();
                times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            }
            return times;
        })));
        return [.. all.SelectMany(times => times)];
    }

    /// <summary>Submits once; the answer is the ar-guid.</summary>
    public static async Task<string> SubmitOneAsync(HttpClient http, string token, string commit)
    {
        using var request = Describe(Body(commit), token);
        using var response = await http.SendAsync(request);
        response.EnsureSuccessStatusCode();
        return (await JsonSerializer.DeserializeAsync(await response.Content.ReadAsStreamAsync(), ContractsJson.Default.SubmissionAccepted))!.ArGuid;
    }

    private static byte[] Body(string commit) => JsonSerializer.SerializeToUtf8Bytes(
        new SubmissionRequest
        {
            Dataset = "bench",
            AccessLevel = "standard",
            Description = "count the samples of the cohort",
            Repository = "demo",
            Commit = commit,
            Branch = "main",
            Script = ["./run.sh", "--cohort", "bench"],
            Environment = new Dictionary<string, string> { ["MODE"] = "fast" },
            Config = [new ConfigLayer("config.toml")],
            Client = new ClientInfo("AnalysisRunner.Server.Load", "1.0.0"),
        },
        ContractsJson.Default.SubmissionRequest);

    private static HttpRequestMessage Describe(byte[] body, string token)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/submissions") { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        request.Headers.Host = "runner.example.org";
        request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
        return request;
    }

    // How far the runs lag behind what is accepted: an engine that does nothing is done at once.
    private static async Task<int> UnfinishedAsync(HttpClient http, string token)
    {
        var count = 0;
        foreach (var state in new[] { "accepted", "running" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/invocations?state={state}&limit=500");
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            request.Headers.Host = "runner.example.org";
            using var response = await http.SendAsync(request);
            response.EnsureSuccessStatusCode();
            using var list = await JsonDocument.ParseAsync(await response.Content.ReadAsStreamAsync());
            count += list.RootElement.GetArrayLength();
        }
        return count;
    }
}
