using System.Net;
using System.Net.Http.Json;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Tests.Code;
using AnalysisRunner.Server.Tests.Hosting;

namespace AnalysisRunner.Server.Tests.Api;

/// <summary>Who one is, what one may run where, and who reads what was refused.</summary>
public sealed class OverviewTests
{
    private const string Datasets =
        """
        [datasets.ds1]
        project = "ds1-proj"
        repositories = ["demo"]
        members = ["alice@example.org", "bob@example.org", "test:org/repo"]
        levels = ["test", "standard", "full"]
        repositoryless = ["test"]
        unenforced = true
        [datasets.ds1.full]
        members = ["alice@example.org"]

        [datasets.ds2]
        repositories = ["demo"]
        members = ["bob@example.org"]
        levels = ["test", "full"]
        uncommitted_config = false

        """;

    [GitFact]
    public async Task Everybody_is_told_who_they_are()
    {
        await using var server = await TestServer.StartAsync(Datasets, more: "administrators = [\"Carol@example.org\"]");

        (await GetAsync(server, "alice@example.org")).ShouldBe("""{"name":"alice@example.org","kind":"user","datasets":["ds1"],"isAdministrator":false}""");
        (await GetAsync(server, "bob@example.org")).ShouldContain("\"datasets\":[\"ds1\",\"ds2\"]");
        (await GetAsync(server, "carol@example.org")).ShouldBe("""{"name":"carol@example.org","kind":"user","datasets":[],"isAdministrator":true}""");

        await using var runner = await TestRunner.StartAsync();
        var run = await runner.RunAsync(runner.Script("exec 3<>\"/dev/tcp/127.0.0.1/${ANALYSIS_RUNNER_URL##*:}\"\n"
            + "printf 'GET /api/v1/whoami HTTP/1.0\\r\\nHost: %s\\r\\nAuthorization: Bearer %s\\r\\n\\r\\n' \"${ANALYSIS_RUNNER_URL#http://}\" \"$(cat \"$ANALYSIS_RUNNER_TOKEN_FILE\")\" >&3\ncat <&3"));
        (await runner.LogAsync(run.ArGuid)).ShouldContain($"\"kind\":\"driver\",\"datasets\":[],\"arGuid\":\"{run.ArGuid}\"");
        using var http = runner.Http(runner.Server.File.Token);
        (await http.GetStringAsync("/api/v1/whoami")).ShouldBe("""{"name":"alice","kind":"owner","datasets":["fewgenomes"],"isAdministrator":false}""");
    }

    [GitFact]
    public async Task Each_member_sees_what_they_may_run_at_which_level_and_what_ran_of_late()
    {
        await using var server = await TestServer.StartAsync(Datasets);
        var run = await server.RunAsync(TestServer.Request(server.PushScript("true"), "./run.sh"));

        var found = await DatasetsAsync(server, "bob@example.org");

        found.Select(dataset => dataset.Name).ShouldBe(["ds1", "ds2"]);
        var (first, second) = (found[0], found[1]);
        (first.Project, first.AllowsUncommittedConfig, first.IsUnenforced).ShouldBe(("ds1-proj", true, true));
        first.Repositories.ShouldBe(["demo"]);
        first.Levels.Select(level => (level.AccessLevel, level.Namespace, level.MayRun, level.AllowsRepositoryless)).ShouldBe(
            [(AccessLevel.Test, "test", true, true), (AccessLevel.Standard, "main", true, false), (AccessLevel.Full, "main", false, false)]);
        first.Levels[2].Problems.ShouldHaveSingleItem().Code.ShouldBe(PolicyCodes.NotMemberOfLevel);
        first.Recent.ShouldHaveSingleItem().ArGuid.ShouldBe(run.ArGuid);
        second.Levels[1].Problems.ShouldHaveSingleItem().Code.ShouldBe(PolicyCodes.LevelNotEnforced);
        second.Recent.ShouldBeEmpty();
        (await DatasetsAsync(server, "alice@example.org"))[0].Levels[2].MayRun.ShouldBeTrue();
        (await DatasetsAsync(server, "mallory@example.org")).ShouldBeEmpty();
    }

    [GitFact]
    public async Task Denials_are_read_by_who_may_use_level_full_and_by_administrators()
    {
        await using var server = await TestServer.StartAsync(Datasets, more: "administrators = [\"Carol@example.org\"]");
        var request = TestServer.Request(server.PushScript("true"), "./run.sh");
        await server.RefusalAsync(request, "mallory@example.org");
        await server.RefusalAsync(request with { Dataset = "ds2" });
        await server.RefusalAsync(request with { Dataset = "nothing", Environment = new Dictionary<string, string> { ["TOKEN"] = "hunter2" } });
        await server.RefusalAsync(request with { Repository = "evil" }, "bob@example.org");

        var seen = await DenialsAsync(server, "alice@example.org", "");
        seen.Select(denial => (denial.DeniedTo, denial.Dataset, denial.Problems[0].Code)).ShouldBe(
            [("bob@example.org", "ds1", PolicyCodes.RepositoryNotAllowed), ("mallory@example.org", "ds1", PolicyCodes.NotMember)]);
        seen[0].Request.ShouldNotBeNull().ShouldContain("evil");
        var everything = await DenialsAsync(server, "carol@example.org", "");
        everything.Select(denial => denial.Dataset).ShouldBe(["ds1", "nothing", "ds2", "ds1"]);
        everything[1].Request.ShouldNotBeNull().ShouldNotContain("hunter2");
        (await DenialsAsync(server, "carol@example.org", "?dataset=ds2")).ShouldHaveSingleItem().DeniedTo.ShouldBe("alice@example.org");

        // Members who may not use level full, and whoever is in no dataset.
        foreach (var (email, query) in new[] { ("bob@example.org", ""), ("alice@example.org", "?dataset=ds2"), ("mallory@example.org", "") })
        {
            using var http = server.Http(server.Issuer.Token(email));
            using var refused = await http.GetAsync("/api/v1/denials" + query);
            refused.StatusCode.ShouldBe(HttpStatusCode.Forbidden, email);
            (await refused.Content.ReadFromJsonAsync(ContractsJson.Default.ApiProblem))!.Code.ShouldBe(EndCodes.DenialsNotAllowed);
        }
    }

    [GitFact]
    public async Task Denials_come_in_pages()
    {
        await using var server = await TestServer.StartAsync(Datasets, more: "administrators = [\"carol@example.org\"]");
        for (var i = 0; i < 5; i++) await server.RefusalAsync(TestServer.Request(null, "x") with { Dataset = "d" + i });
        using var http = server.Http(server.Issuer.Token("carol@example.org"));
        var found = new List<string?>();
        for (var next = "/api/v1/denials?limit=2"; next is not null;)
        {
            using var response = await http.GetAsync(next);
            found.AddRange((await response.Content.ReadFromJsonAsync(ContractsJson.Default.IReadOnlyListDenialSummary))!.Select(denial => denial.Dataset));
            next = response.Headers.TryGetValues("Link", out var link) ? link.Single().Split('<', '>')[1] : null;
        }
        found.ShouldBe(["d4", "d3", "d2", "d1", "d0"]);
    }

    private static async Task<string> GetAsync(TestServer server, string email)
    {
        using var http = server.Http(server.Issuer.Token(email));
        return await http.GetStringAsync("/api/v1/whoami");
    }

    private static async Task<IReadOnlyList<DatasetSummary>> DatasetsAsync(TestServer server, string email)
    {
        using var http = server.Http(server.Issuer.Token(email));
        return (await http.GetFromJsonAsync("/api/v1/datasets", ContractsJson.Default.IReadOnlyListDatasetSummary))!;
    }

    private static async Task<IReadOnlyList<DenialSummary>> DenialsAsync(TestServer server, string email, string query)
    {
        using var http = server.Http(server.Issuer.Token(email));
        return (await http.GetFromJsonAsync("/api/v1/denials" + query, ContractsJson.Default.IReadOnlyListDenialSummary))!;
    }
}
