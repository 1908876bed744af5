using System.Net;
using System.Net.Http.Json;
using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Record;
using AnalysisRunner.Server.Tests.Code;
using AnalysisRunner.Server.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;
using static AnalysisRunner.Server.Tests.Record.Samples;

namespace AnalysisRunner.Server.Tests.Api;

public sealed class ListingTests : IAsyncLifetime
{
    private TestRunner _runner = null!;
    private HttpClient _http = null!;

    public async Task InitializeAsync()
    {
        if (GitRequirement.Missing is not null) return;
        _runner = await TestRunner.StartAsync();
        _http = _runner.Http(_runner.Server.File.Token);
        var log = _runner.Server.Services.GetRequiredService<IInvocationLog>();
        for (var number = 1; number <= 7; number++)
        {
            var submission = Submission(number);
            var dataset = number < 3 ? "few" : "many";
            await log.RecordAsync(
                submission with { Invocation = submission.Invocation with { Dataset = dataset, Description = $"count cohort{number} & more" } }, CancellationToken.None);
            await log.ChangeStateAsync(ArGuid(number), new StateChange(InvocationState.Succeeded), CancellationToken.None);
        }
    }

    public async Task DisposeAsync()
    {
        if (_runner is null) return;
        _http.Dispose();
        await _runner.DisposeAsync();
    }

    [GitFact]
    public async Task Pages_are_linked_and_keep_their_filters()
    {
        var guids = new List<string>();
        var url = "/api/v1/invocations?dataset=many&text=count%20%26%20COHORT&sort=submitted&limit=2";
        for (var pages = 0; url is not null; pages++)
        {
            pages.ShouldBeLessThan(4);
            using var answer = await _http.GetAsync(url);
            answer.StatusCode.ShouldBe(HttpStatusCode.OK);
            guids.AddRange((await answer.Content.ReadFromJsonAsync(ContractsJson.Default.IReadOnlyListInvocation))!.Select(one => one.ArGuid));
            url = answer.Headers.TryGetValues("Link", out var links) ? links.Single().Split('<', '>')[1] : null;
        }
        guids.ShouldBe([ArGuid(3), ArGuid(4), ArGuid(5), ArGuid(6), ArGuid(7)]);
    }

    [GitFact]
    public async Task What_has_not_changed_is_not_sent_again()
    {
        foreach (var path in new[] { "/api/v1/invocations?state=succeeded", $"/api/v1/invocations/{ArGuid(1)}" })
        {
            using var first = await _http.GetAsync(path);
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.IfNoneMatch.Add(first.Headers.ETag.ShouldNotBeNull());
            using var second = await _http.SendAsync(request);
            second.StatusCode.ShouldBe(HttpStatusCode.NotModified);
            (await second.Content.ReadAsByteArrayAsync()).ShouldBeEmpty();
        }

        using var before = new HttpRequestMessage(HttpMethod.Get, "/api/v1/invocations");
        before.Headers.IfNoneMatch.Add((await _http.GetAsync("/api/v1/invocations")).Headers.ETag!);
        await _runner.Server.Services.GetRequiredService<IInvocationLog>().RecordAsync(Submission(8), CancellationToken.None);
        (await _http.SendAsync(before)).StatusCode.ShouldBe(HttpStatusCode.OK);
        await _runner.Server.Services.GetRequiredService<IInvocationLog>().ChangeStateAsync(ArGuid(8), new StateChange(InvocationState.Failed), CancellationToken.None);
    }

    [GitFact]
    public async Task Every_wrong_parameter_is_named_at_once()
    {
        using var answer = await _http.GetAsync(
            "/api/v1/invocations?level=high&state=done&commit=xyz&from=yesterday&before=2026-02-30&sort=colour&limit=0&cursor=%21&dataset=a&dataset=b&user=%00&colour=red");
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var problem = (await answer.Content.ReadFromJsonAsync(ContractsJson.Default.ApiProblem))!;
        problem.Problems.ShouldAllBe(one => one.Code == "AR6024");
        problem.Problems.Select(one => one.Field).Order(StringComparer.Ordinal).ShouldBe(
            ["before", "colour", "commit", "cursor", "dataset", "from", "level", "limit", "sort", "state", "user"]);
    }

    [GitFact]
    public async Task A_list_by_duration_goes_on_where_its_page_ended()
    {
        var log = _runner.Server.Services.GetRequiredService<IInvocationLog>();
        await log.RecordAsync(Submission(8), CancellationToken.None);
        var first = "/api/v1/invocations?sort=-duration&user=alice&limit=3";
        var guids = new List<string>();
        for (var url = first; url is not null;)
        {
            using var answer = await _http.GetAsync(url);
            guids.AddRange((await answer.Content.ReadFromJsonAsync(ContractsJson.Default.IReadOnlyListInvocation))!.Select(one => one.ArGuid));
            url = answer.Headers.TryGetValues("Link", out var links) ? links.Single().Split('<', '>')[1] : null;
        }
        guids.Order(StringComparer.Ordinal).ShouldBe(Enumerable.Range(1, 8).Select(ArGuid));
        guids[^1].ShouldBe(ArGuid(8), "it goes on");
        await log.ChangeStateAsync(ArGuid(8), new StateChange(InvocationState.Failed), CancellationToken.None);

        using var byDataset = await _http.GetAsync("/api/v1/invocations?sort=-dataset&limit=3");
        var cursor = byDataset.Headers.GetValues("Link").Single().Split("cursor=")[1].Split('&', '>')[0];
        using var refused = await _http.GetAsync($"{first}&cursor={cursor}");
        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await refused.Content.ReadFromJsonAsync(ContractsJson.Default.ApiProblem))!.Problems.Select(one => one.Field).ShouldBe(["cursor"]);
    }

    [GitFact]
    public async Task Invented_cursors_are_harmless()
    {
        foreach (var cursor in new[] { "AA", "MSA", "OTIyMzM3MjAzNjg1NDc3NTgwNyA", "MSB4OyBEUk9Q" })
        {
            foreach (var sort in new[] { "submitted", "-dataset", "duration" })
            {
                using var answer = await _http.GetAsync($"/api/v1/invocations?sort={sort}&cursor={cursor}");
                ((int)answer.StatusCode).ShouldBeLessThan(500);
            }
        }
    }
}
