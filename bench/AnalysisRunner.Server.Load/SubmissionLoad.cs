using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using AnalysisRunner.Contracts;

namespace AnalysisRunner.Server.Load;

/// <summary>Clients that submit one after another, as fast as the server answers.</summary>
internal sealed class SubmissionLoad : IDisposable
{
    /// <summary>What is demanded of the server: accepted submissions a second.</summary>
    public const int DemandedRate = 500;

    /// <summary>What is demanded of the server: the 99th percentile of the answers' times, in milliseconds.</summary>
    public const int DemandedLatency = 250;

    private readonly LoadedServer _server;
    private readonly Func<Usage>? _database;
    private readonly HttpClient _http;
    private readonly List<SubmittingClient> _clients;

    /// <param name="server">The server.</param>
    /// <param name="clients">How many submit at the same time.</param>
    /// <param name="database">Tells what the database has used; null where it is a part of the server.</param>
    public SubmissionLoad(LoadedServer server, int clients, Func<Usage>? database)
    {
        (_server, _database) = (server, database);
        _http = new HttpClient { BaseAddress = server.Url };
        _http.DefaultRequestHeaders.Host = "runner.example.org";
        var body = Body(server.Commit);
        _clients = [.. Enumerable.Range(0, clients).Select(user => new SubmittingClient(server.NewToken(user), body))];
    }

    public static string Head =>
        """
        | log | clients | accepted/s | ended/s | p50 ms | p99 ms | longest ms | server cpu ms each: user, system | database | client | server's peak MiB | unfinished before, after |
        |---|---|---|---|---|---|---|---|---|---|---|---|
        """;

    public Task ConnectAsync() => Task.WhenAll(_clients.Select(client => client.ConnectAsync(_server.Url)));

    /// <summary>Submits without measuring.</summary>
    public Task WarmUpAsync(TimeSpan duration) => SubmitAsync(duration);

    /// <summary>Measures, and writes a line; true when the demands are met.</summary>
    public async Task<bool> MeasureAsync(TimeSpan duration)
    {
        var (runsBefore, before, databaseBefore, own) = (await CountAsync(), Usage.Of(_server.ProcessId), _database?.Invoke(), Environment.CpuUsage.TotalTime);
        var watch = Stopwatch.StartNew();
        var times = await SubmitAsync(duration);
        var elapsed = watch.Elapsed.TotalSeconds;
        var (after, databaseAfter, ownAfter) = (Usage.Of(_server.ProcessId), _database?.Invoke(), Environment.CpuUsage.TotalTime);
        var runs = await CountAsync();

        Array.Sort(times);
        double Each(TimeSpan cpu) => cpu.TotalMilliseconds / times.Length;
        var (rate, slow) = (times.Length / elapsed, times[times.Length * 99 / 100]);
        var database = databaseAfter is { } end ? Each(end.Cpu - databaseBefore!.Value.Cpu) : 0;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {(_database is null ? "SQLite" : "PostgreSQL")} | {_clients.Count} | {rate:F0} | {(runs.Ended - runsBefore.Ended) / elapsed:F0} | {times[times.Length / 2]:F0} | {slow:F0} | {times[^1]:F0} | {Each(after.User - before.User):F2}, {Each(after.System - before.System):F2} | {database:F2} | {Each(ownAfter - own):F2} | {after.PeakMemory >> 20} | {runsBefore.Unfinished}, {runs.Unfinished} |"));
        return rate >= DemandedRate && slow < DemandedLatency;
    }

    public void Dispose()
    {
        foreach (var client in _clients) client.Dispose();
        _http.Dispose();
    }

    /// <summary>Submits once; the answer is the ar-guid.</summary>
    public static async Task<string> SubmitOneAsync(HttpClient http, string token, string commit)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/submissions") { Content = new ByteArrayContent(Body(commit)) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        request.Headers.Host = "runner.example.org";
        request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
        using var response = await http.SendAsync(request);
        response.EnsureSuccessStatusCode();
        return (await JsonSerializer.DeserializeAsync(await response.Content.ReadAsStreamAsync(), ContractsJson.Default.SubmissionAccepted))!.ArGuid;
    }

    private async Task<double[]> SubmitAsync(TimeSpan duration)
    {
        var watch = Stopwatch.StartNew();
        var all = await Task.WhenAll(_clients.Select(client => Task.Run(async () =>
        {
            var times = new List<double>();
            while (watch.Elapsed < duration) times.Add(await client.SubmitAsync());
            return times;
        })));
        return [.. all.SelectMany(times => times)];
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

    /// <summary>How many runs this server has ended, and how many wait or run: how far they lag behind what is accepted.</summary>
    private async Task<(long Ended, long Unfinished)> CountAsync()
    {
        var (ended, unfinished) = (0L, 0L);
        foreach (var line in (await _http.GetStringAsync("/metrics")).Split('\n'))
        {
            if (line.StartsWith("analysis_runner_invocations_ended_total{", StringComparison.Ordinal)) ended += Value(line);
            else if (line.StartsWith("analysis_runner_invocations{", StringComparison.Ordinal)) unfinished += Value(line);
        }
        return (ended, unfinished);
    }

    private static long Value(string line) => (long)double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture);
}
