using System.Net;
using System.Text.Json;
using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Record;
using AnalysisRunner.Server.Tests.Code;
using AnalysisRunner.Server.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;
using static AnalysisRunner.Server.Tests.Record.Samples;

namespace AnalysisRunner.Server.Tests.Api;

public sealed class ExportTests : IAsyncLifetime
{
    // More than a page of the export has.
    private const int Count = 1001;

    private TestRunner _runner = null!;
    private HttpClient _http = null!;

    public async Task InitializeAsync()
    {
        if (GitRequirement.Missing is not null) return;
        _runner = await TestRunner.StartAsync();
        _http = _runner.Http(_runner.Server.File.Token);
        var log = _runner.Server.Services.GetRequiredService<IInvocationLog>();
        await Task.WhenAll(Enumerable.Range(1, Count).Select(async number =>
        {
            var submission = Submission(number);
            var what = submission.Invocation with { Project = null, Description = number == 7 ? "=HYPERLINK(\"http://evil\")\n, \"x\"" : "plain", Dataset = number % 2 == 0 ? "even" : "odd" };
            await log.RecordAsync(submission with { Invocation = what }, CancellationToken.None);
            await log.ChangeStateAsync(ArGuid(number), new StateChange(InvocationState.Succeeded), CancellationToken.None);
        }));
    }

    public async Task DisposeAsync()
    {
        if (_runner is null) return;
        _http.Dispose();
        await _runner.DisposeAsync();
    }

    [GitFact]
    public async Task Csv_has_every_invocation_that_holds_the_filters_one_a_row()
    {
        using var response = await _http.GetAsync("/api/v1/invocations/export?format=csv&dataset=odd&sort=submitted");
        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/csv");
        response.Content.Headers.ContentDisposition!.FileName.ShouldBe("invocations.csv");
        var rows = ReadCsv(await response.Content.ReadAsStringAsync());

        rows.Count.ShouldBe(1 + ((Count + 1) / 2));
        rows.ShouldAllBe(row => row.Count == rows[0].Count);
        rows.Skip(1).Select(row => row[0]).Distinct().Count().ShouldBe((Count + 1) / 2);
        string Cell(string arGuid, string column) => rows.Single(row => row[0] == arGuid)[rows[0].IndexOf(column)];
        Cell(ArGuid(7), "description").ShouldBe("'=HYPERLINK(\"http://evil\")\n, \"x\"", "a table program takes it for text");
        Cell(ArGuid(7), "command").ShouldBe("'' 'a b' --flag");
        Cell(ArGuid(7), "dataset").ShouldBe("odd");
        (Cell(ArGuid(7), "image"), Cell(ArGuid(7), "resolved_image")).ShouldBe((Submission(7).Invocation.Image, Submission(7).Invocation.ResolvedImage));
        Cell(ArGuid(7), "submitted_at").ShouldBe("2026-03-04T10:00:00.0000000Z");
    }

    [GitFact]
    public async Task Json_lines_are_the_invocations_as_they_are_listed()
    {
        var text = await _http.GetStringAsync("/api/v1/invocations/export?format=jsonl");
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonSerializer.Deserialize(line, ContractsJson.Default.Invocation)!).ToList();
        lines.Count.ShouldBe(Count);
        lines.Single(one => one.ArGuid == ArGuid(7)).Script.ShouldBe(["", "a b", "--flag"]);
    }

    [GitTheory]
    [InlineData("")]
    [InlineData("?format=xlsx")]
    [InlineData("?format=csv&limit=3")]
    [InlineData("?format=csv&state=gone")]
    public async Task What_it_does_not_know_is_refused_before_the_first_byte(string query)
    {
        using var response = await _http.GetAsync("/api/v1/invocations/export" + query);
        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    private static List<List<string>> ReadCsv(string text)
    {
        var rows = new List<List<string>> { new() };
        var cell = new System.Text.StringBuilder();
        var isQuoted = false;
        for (var i = 0; i < text.Length; i++)
        {
            if (isQuoted && text[i] == '"' && i + 1 < text.Length && text[i + 1] == '"') cell.Append(text[++i]);
            else if (text[i] == '"') isQuoted = !isQuoted;
            else if (isQuoted || text[i] is not (',' or '\r')) cell.Append(text[i]);
            else
            {
                rows[^1].Add(cell.ToString());
                cell.Clear();
                if (text[i] == ',') continue;
                i++;
                rows.Add([]);
            }
        }
        return rows[..^1];
    }
}
