using AnalysisRunner.Engines;
using AnalysisRunner.Server.Tests.Code;
using AnalysisRunner.Server.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace AnalysisRunner.Server.Tests.Pages;

/// <summary>A log of 100 MB on pages: what is not looked at is not read, and what nobody takes waits.</summary>
public sealed class LongLogTests : IAsyncLifetime
{
    private TestRunner _runner = null!;
    private HttpClient _http = null!;
    private string _arGuid = "";

    /// <summary>How much of logs was read so far.</summary>
    private long Read => ((LongLogEngine)_runner.Server.Services.GetRequiredService<IBatchEngine>()).Read;

    public async Task InitializeAsync()
    {
        if (GitRequirement.Missing is not null) return;
        _runner = await TestRunner.StartAsync(engine => new LongLogEngine(engine));
        _arGuid = (await _runner.RunAsync(_runner.Script("true"))).ArGuid;
        _http = await PageSession.SignInAsync(_runner);
    }

    public async Task DisposeAsync()
    {
        if (_runner is null) return;
        _http.Dispose();
        await _runner.DisposeAsync();
    }

    [GitFact]
    public async Task The_pages_of_a_run_and_of_a_job_read_the_end_alone()
    {
        foreach (var path in new[] { $"/invocations/{_arGuid}", $"/batches/{_arGuid}" })
        {
            var before = Read;
            (await _http.GetStringAsync(path)).Length.ShouldBeLessThan(500_000);
            (Read - before).ShouldBeLessThanOrEqualTo(64 * 1024);
        }
        (await _http.GetStringAsync($"/invocations/{_arGuid}")).ShouldContain("95.3 MiB before this are left out.");
    }

    [GitFact]
    public async Task A_search_finds_a_line_in_the_middle_and_ends_when_there_are_enough()
    {
        (await _http.GetStringAsync($"/invocations/{_arGuid}/log/search?text=LINE%20777777%20")).ShouldContain("<td>777778</td>");
        var before = Read;
        await _http.GetStringAsync($"/invocations/{_arGuid}/log/search?text=line");
        (Read - before).ShouldBeLessThan(200_000);
    }

    [GitTheory]
    [InlineData("log")]
    [InlineData("log?download")]
    [InlineData("log/live?offset=0")]
    public async Task A_reader_who_stops_stops_the_server(string what)
    {
        using var response = await _http.GetAsync($"/invocations/{_arGuid}/{what}", HttpCompletionOption.ResponseHeadersRead);
        await using var stream = await response.Content.ReadAsStreamAsync();
        var piece = new byte[1 << 16];
        await stream.ReadExactlyAsync(piece);

        // No more than the buffers on the way take, however long one waits.
        Read.ShouldBeLessThan(LongLogEngine.Length / 2);
    }

    [GitFact]
    public async Task All_of_it_can_be_had()
    {
        using var response = await _http.GetAsync($"/invocations/{_arGuid}/log?download", HttpCompletionOption.ResponseHeadersRead);
        await using var stream = await response.Content.ReadAsStreamAsync();
        var piece = new byte[1 << 16];
        var length = 0L;
        for (int count; (count = await stream.ReadAsync(piece)) > 0;) length += count;
        length.ShouldBe(LongLogEngine.Length);
    }
}
