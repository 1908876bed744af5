using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;

namespace AnalysisRunner.Server.Load;

/// <summary>Many who follow one run, and what it costs to tell them all that a step has begun.</summary>
internal static class FollowerLoad
{
    private static readonly string[] Steps = ["checkout", "build", "run"];

    public static async Task RunAsync(LoadedServer server, string database, int followers)
    {
        using var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = followers + 1, UseProxy = false }) { BaseAddress = server.Url, Timeout = Timeout.InfiniteTimeSpan };
        var token = server.NewToken(0);
        var arGuid = await SubmissionLoad.SubmitOneAsync(http, token, server.Commit);
        var before = Usage.Of(server.ProcessId);
        var streams = new List<StreamReader>(followers);
        for (var i = 0; i < followers; i++) streams.Add(await FollowAsync(http, token, arGuid));
        var connected = Usage.Of(server.ProcessId);

        var delays = new List<double>();
        foreach (var step in Steps)
        {
            var waiting = streams.Select(stream => NextAsync(stream, $"{step}: started")).ToList();
            await server.NoteStepAsync(arGuid, step);
            var first = await await Task.WhenAny(waiting);
            var all = await Task.WhenAll(waiting);
            delays.Add(Stopwatch.GetElapsedTime(first, all.Max()).TotalMilliseconds);
        }
        var after = Usage.Of(server.ProcessId);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {database} | {followers} | {delays.Max():F0} | {(after.Cpu - connected.Cpu).TotalMilliseconds / Steps.Length / followers:F2} | {before.PeakMemory >> 20} | {after.PeakMemory >> 20} | {(after.PeakMemory - before.PeakMemory) / 1024 / followers} |"));
        foreach (var stream in streams) stream.Dispose();
    }

    private static async Task<StreamReader> FollowAsync(HttpClient http, string token, string arGuid)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/invocations/{arGuid}/events");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        request.Headers.Host = "runner.example.org";
        var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        response.EnsureSuccessStatusCode();
        return new StreamReader(await response.Content.ReadAsStreamAsync());
    }

    /// <summary>The moment at which a follower reads of something.</summary>
    private static async Task<long> NextAsync(StreamReader stream, string text)
    {
        while (await stream.ReadLineAsync() is { } line)
        {
            if (line.Contains(text, StringComparison.Ordinal)) return Stopwatch.GetTimestamp();
        }
        throw new InvalidOperationException("The stream has ended.");
    }
}
