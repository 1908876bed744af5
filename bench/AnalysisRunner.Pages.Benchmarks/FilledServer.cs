using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;
using AnalysisRunner.Engines;
using AnalysisRunner.Record.Benchmarks;
using AnalysisRunner.Server.Hosting;
using AnalysisRunner.Server.Record;
using AnalysisRunner.Server.Record.Databases;
using AnalysisRunner.Server.Runs;
using AnalysisRunner.Server.Security;
using AnalysisRunner.Server.Tests.Pages;
using Dapper;
using Microsoft.Extensions.DependencyInjection;

namespace AnalysisRunner.Pages.Benchmarks;

/// <summary>A local runner in this process with a full record, and a browser that is signed in.</summary>
internal sealed partial class FilledServer : IAsyncDisposable
{
    private readonly string _folder;
    private readonly LocalRunnerServer _server;
    private readonly HttpClient _http;

    private FilledServer(string folder, LocalRunnerServer server, HttpClient http) => (_folder, _server, _http) = (folder, server, http);

    /// <summary>How many bytes of logs were read.</summary>
    public long LogRead => ((LongLogEngine)_server.Services.GetRequiredService<IBatchEngine>()).Read;

    public static async Task<FilledServer> StartAsync(int count)
    {
        var folder = Directory.CreateTempSubdirectory("pages-bench-").FullName;
        var options = new InvocationLogOptions { SqliteFile = new StateFolders(folder).Log, PageOf = arGuid => arGuid };
        await (await InvocationLog.OpenAsync(options)).DisposeAsync();
        await using (var database = new SqliteDatabase(options.SqliteFile))
        {
            await BulkFill.FillAsync(database, count);
            await using var writer = database.OpenWriter();
            // What has not ended would be taken up at the start. Every third has a batch, of which some have failed.
            writer.Execute(
                """
                UPDATE invocations SET state = 'cancelled', finished_at = submitted_at + 60000000, final_sequence = last_sequence WHERE finished_at IS NULL;
                INSERT INTO batches (key, invocation, name, state, submitted_at, finished_at, pending, ready, running, succeeded, failed, cancelled)
                SELECT ar_guid || '-b', position, CASE position % 5 WHEN 0 THEN 'align' ELSE 'count' END, CASE state WHEN 'failed' THEN 'failed' ELSE 'succeeded' END,
                    submitted_at, finished_at, 0, 0, 0, 10, CASE state WHEN 'failed' THEN 1 ELSE 0 END, 0
                FROM invocations WHERE position % 3 = 0;
                PRAGMA analysis_limit = 1000; ANALYZE; PRAGMA wal_checkpoint(TRUNCATE);
                """,
                commandTimeout: 3600);
        }
        var server = await LocalRunnerServer.StartAsync(new LocalRunnerOptions(folder) { UserName = "alice" }, inner => new LongLogEngine(inner));
        var http = new HttpClient(new SocketsHttpHandler { UseProxy = false, CookieContainer = new CookieContainer() }) { BaseAddress = new Uri(server.File.Url) };
        var (code, _) = server.Services.GetRequiredService<SignIn>().NewCode(new Caller("alice") { IsOwner = true });
        (await http.GetAsync($"/invocations?code={code}")).EnsureSuccessStatusCode();
        return new FilledServer(folder, server, http);
    }

    /// <summary>Asks for a page.</summary>
    /// <param name="path">Its address.</param>
    /// <param name="keep">Whether to look at it; otherwise its bytes are only counted.</param>
    public async Task<PageTimes> GetAsync(string path, bool keep = true)
    {
        var began = Stopwatch.GetTimestamp();
        using var response = await _http.GetAsync(path, HttpCompletionOption.ResponseHeadersRead);
        response.EnsureSuccessStatusCode();
        await using var stream = await response.Content.ReadAsStreamAsync();
        var piece = new byte[1 << 16];
        using var page = new MemoryStream();
        var (first, length) = (0.0, 0L);
        for (int count; (count = await stream.ReadAsync(piece)) > 0; length += count)
        {
            if (length == 0) first = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
            if (keep) page.Write(piece, 0, count);
        }
        var whole = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        return new PageTimes(first, whole, length, Row().Count(System.Text.Encoding.UTF8.GetString(page.GetBuffer(), 0, (int)page.Length)));
    }

    /// <summary>The address of the next page.</summary>
    public async Task<string> NextAsync(string path) => WebUtility.HtmlDecode(Next().Match(await _http.GetStringAsync(path)).Groups[1].Value);

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [GeneratedRegex("<tr>\\s*<td>")]
    private static partial Regex Row();

    [GeneratedRegex("<a href=\"([^\"]+)\" rel=\"next\"")]
    private static partial Regex Next();
}
