using System.Net;
using System.Net.Http.Json;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Record;
using AnalysisRunner.Server.Security;
using AnalysisRunner.Server.Settings;
using AnalysisRunner.Server.Tests.Code;
using Microsoft.Extensions.DependencyInjection;

namespace AnalysisRunner.Server.Tests.Hosting;

public sealed class SharedServerTests
{
    [GitFact]
    public async Task A_pushed_commit_runs_from_the_remote_and_the_record_says_what_ran()
    {
        await using var server = await TestServer.StartAsync();
        var sha = server.PushScript("echo running; cat \"$CPG_CONFIG_PATH\"");

        var run = await server.RunAsync(TestServer.Request(sha, "./run.sh"));

        run.State.ShouldBe(InvocationState.Succeeded, run.Reason);
        run.Commit.ShouldBe(sha);
        run.SubmittedBy.ShouldBe("alice@example.org");
        run.Repository.ShouldBe("demo");
        run.WorkTree.ShouldBeNull();
        run.Url.ShouldStartWith("https://runner.example.org/invocations/");
        var log = await server.LogOfAsync(run.ArGuid);
        log.ShouldContain("running");
        log.ShouldContain("dataset_gcp_project = \"ds1-proj\"");
        log.ShouldContain($"driver_image = \"{TestServer.DriverImage}\"");
    }

    [GitFact]
    public async Task What_the_policy_forbids_is_denied_and_recorded_with_the_rule()
    {
        await using var server = await TestServer.StartAsync();
        var sha = server.PushScript("true");

        (await server.RefusalAsync(TestServer.Request(sha, "./run.sh") with { Dataset = "nothing" })).ShouldBe([PolicyCodes.DatasetUnknown]);
        (await server.RefusalAsync(TestServer.Request(sha, "./run.sh"), "bob@example.org")).ShouldBe([PolicyCodes.NotMember]);
        (await server.RefusalAsync(TestServer.Request(sha, "./run.sh") with { Repository = "evil" })).ShouldBe([PolicyCodes.RepositoryNotAllowed]);
        (await server.RefusalAsync(TestServer.Request(sha, "./run.sh") with { WorkTree = server.Repository.Folder })).ShouldBe([PolicyCodes.Repository]);

        var denials = await server.InvocationLog.ListDenialsAsync(10, null, TestRunner.Limit());
        denials.Select(denial => denial.What.Problems[0].Code).ShouldBe([PolicyCodes.Repository, PolicyCodes.RepositoryNotAllowed, PolicyCodes.NotMember, PolicyCodes.DatasetUnknown]);
        denials[2].What.DeniedTo.ShouldBe("bob@example.org");
        denials[2].What.RequestJson.ShouldNotBeNull().ShouldContain(sha);
        (await server.InvocationLog.ListAsync(new InvocationQuery(), TestRunner.Limit())).Records.ShouldBeEmpty();
    }

    [GitFact]
    public async Task What_is_of_a_dataset_that_one_is_not_in_does_not_exist_for_one()
    {
        await using var server = await TestServer.StartAsync();
        var run = await server.RunAsync(TestServer.Request(server.PushScript("echo secret"), "./run.sh"));
        using var member = server.Http(server.Issuer.Token());
        using var outsider = server.Http(server.Issuer.Token("bob@example.org"));

        foreach (var path in new[] { "", "/config", "/config?explain=true", "/log", "/events" })
        {
            using var seen = await member.GetAsync($"/api/v1/invocations/{run.ArGuid}{path}");
            seen.StatusCode.ShouldBe(HttpStatusCode.OK, path);
            using var hidden = await outsider.GetAsync($"/api/v1/invocations/{run.ArGuid}{path}");
            hidden.StatusCode.ShouldBe(HttpStatusCode.NotFound, path);
            (await hidden.Content.ReadAsStringAsync()).ShouldNotContain("secret");
        }
        foreach (var path in new[] { "", "/jobs", "/jobs/1/log" })
        {
            using var hidden = await outsider.GetAsync($"/api/v1/batches/{run.ArGuid}{path}");
            hidden.StatusCode.ShouldBe(HttpStatusCode.NotFound, path);
        }
        using var cancelled = await outsider.PostAsync($"/api/v1/invocations/{run.ArGuid}/cancel", null);
        cancelled.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await outsider.GetFromJsonAsync("/api/v1/invocations", ContractsJson.Default.IReadOnlyListInvocation)).ShouldBeEmpty();
        (await member.GetFromJsonAsync("/api/v1/invocations", ContractsJson.Default.IReadOnlyListInvocation))!.Count.ShouldBe(1);
    }

    [GitFact]
    public async Task Pages_show_each_user_their_own_datasets()
    {
        await using var server = await TestServer.StartAsync();
        var run = await server.RunAsync(TestServer.Request(server.PushScript("true"), "./run.sh"));

        (await PageAsync(server, "alice@example.org", $"/invocations/{run.ArGuid}")).Status.ShouldBe(HttpStatusCode.OK);
        (await PageAsync(server, "bob@example.org", $"/invocations/{run.ArGuid}")).Status.ShouldBe(HttpStatusCode.NotFound);
        (await PageAsync(server, "alice@example.org", "/invocations")).Text.ShouldContain(run.ArGuid);
        (await PageAsync(server, "bob@example.org", "/invocations")).Text.ShouldNotContain(run.ArGuid);
        run.Unenforced.ShouldBeTrue();
        foreach (var page in new[] { "/invocations", $"/invocations/{run.ArGuid}", $"/batches/{run.ArGuid}", "/invocations/absent" })
        {
            (await PageAsync(server, "alice@example.org", page)).Text.ShouldContain("unenforced", Case.Sensitive, page);
        }
    }

    [GitFact]
    public async Task Invocations_are_listed_in_pages_that_link_to_the_next()
    {
        await using var server = await TestServer.StartAsync(
            TestServer.DefaultDatasets.Replace("members = [\"bob@example.org\"]", "members = [\"bob@example.org\", \"alice@example.org\"]", StringComparison.Ordinal));
        var sha = server.PushScript("true");
        var expected = new List<string>();
        for (var i = 0; i < 5; i++) expected.Insert(0, (await server.SubmitAsync(TestServer.Request(sha, "./run.sh") with { Dataset = i == 2 ? "other" : "ds1" })).ArGuid);
        using var http = server.Http(server.Issuer.Token());

        (await PagesAsync(http, "/api/v1/invocations?limit=2")).ShouldBe(expected);
        (await PagesAsync(http, "/api/v1/invocations?limit=2&dataset=ds1")).ShouldBe(expected.Where((_, i) => i != 2));
        (await PagesAsync(http, "/api/v1/invocations?limit=2&dataset=other")).ShouldBe([expected[2]]);
        (await PagesAsync(http, "/api/v1/invocations?dataset=elsewhere")).ShouldBeEmpty();
        using var outsider = server.Http(server.Issuer.Token("bob@example.org"));
        (await PagesAsync(outsider, "/api/v1/invocations?dataset=ds1")).ShouldBeEmpty();
    }

    [GitFact]
    public async Task Nobody_ends_a_shared_server_by_its_api()
    {
        await using var server = await TestServer.StartAsync();
        using var http = server.Http(server.Issuer.Token());
        using var response = await http.PostAsync("/api/v1/shutdown?force=true", null);
        response.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [GitFact]
    public async Task A_new_member_is_let_in_without_a_restart_and_a_former_one_is_not()
    {
        await using var server = await TestServer.StartAsync(
            TestServer.DefaultDatasets.Replace("members = [\"Alice@example.org\"]", "members_file = \"ds1.txt\"", StringComparison.Ordinal),
            prepare: server => File.WriteAllText(Path.Combine(server.Repository.Root, "ds1.txt"), "dave@example.org\n"));
        var request = TestServer.Request(server.PushScript("true"), "./run.sh");
        var reload = server.Server.Services.GetRequiredService<SettingsReload>();
        SettingsReload.Interval.ShouldBeLessThan(TimeSpan.FromSeconds(60));
        (await server.RefusalAsync(request, "carol@example.org")).ShouldBe([PolicyCodes.NotMember]);

        await File.WriteAllTextAsync(Path.Combine(server.Repository.Root, "ds1.txt"), "\n  Carol@Example.org \n");
        reload.Look().ShouldBeTrue();
        var run = await server.SubmitAsync(request, "carol@example.org");
        (await server.InvocationLog.GetAsync(run.ArGuid, TestRunner.Limit()))!.Invocation.PolicyVersion.ShouldBe(new SettingsSource(server.SettingsFile, null).Fingerprint());

        await File.WriteAllTextAsync(Path.Combine(server.Repository.Root, "ds1.txt"), "\n");
        reload.Look().ShouldBeTrue();
        (await server.RefusalAsync(request, "carol@example.org")).ShouldBe([PolicyCodes.NotMember]);
        reload.Look().ShouldBeFalse();
    }

    [GitFact]
    public async Task Bad_settings_leave_the_old_ones_in_force_and_are_shown()
    {
        await using var server = await TestServer.StartAsync();
        var request = TestServer.Request(server.PushScript("true"), "./run.sh");
        var reload = server.Server.Services.GetRequiredService<SettingsReload>();
        using var http = server.Http();
        (await http.GetStringAsync("/readyz")).ShouldBe("ready\n");

        await File.AppendAllTextAsync(server.SettingsFile, "\n[datasets.ds2]\nmembrs = [\"s3cret@example.org\"]\n");
        reload.Look().ShouldBeTrue();

        var shown = await http.GetStringAsync("/readyz");
        shown.ShouldStartWith("degraded");
        shown.ShouldContain("AR4101 datasets.ds2.membrs");
        shown.ShouldNotContain("s3cret");
        System.Text.Encoding.UTF8.GetString(server.Log.ToArray()).ShouldContain("AR4101");
        await server.SubmitAsync(request);

        server.WriteSettings(TestServer.DefaultDatasets);
        reload.Look().ShouldBeTrue();
        (await http.GetStringAsync("/readyz")).ShouldBe("ready\n");

        server.WriteSettings(TestServer.DefaultDatasets, "storage = \"file:///elsewhere/{dataset}-{namespace}\"");
        reload.Look().ShouldBeTrue();
        (await http.GetStringAsync("/readyz")).ShouldContain(PolicyCodes.SettingsNeedRestart);
    }

    [GitFact]
    public async Task Tokens_that_are_refused_are_recorded_and_not_without_end()
    {
        await using var server = await TestServer.StartAsync();
        using var http = server.Http("a.b.c");
        for (var i = 0; i < RefusedTokens.PerMinute + 5; i++)
        {
            using var refused = await http.GetAsync("/api/v1/invocations");
            refused.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        }
        var denials = await server.InvocationLog.ListDenialsAsync(100, null, TestRunner.Limit());
        denials.Count.ShouldBe(RefusedTokens.PerMinute);
        denials.ShouldAllBe(denial => denial.What.Problems[0].Code == PolicyCodes.TokenInvalid && denial.What.DeniedTo == null);
        using var member = server.Http(server.Issuer.Token());
        using var seen = await member.GetAsync("/api/v1/invocations");
        seen.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [GitFact]
    public async Task A_workflow_is_a_member_by_its_repository_and_needs_no_address()
    {
        // Nothing answers there: a request that comes so far has passed every rule.
        await using var server = await TestServer.StartAsync(
            """
            workflow_repositories = "https://127.0.0.1:1/"

            [repositories.ours]
            url = "https://127.0.0.1:1/Owner/demo"

            [datasets.ds1]
            repositories = ["demo", "ours"]
            members = ["test:Owner/demo"]
            """);
        var request = TestServer.Request(server.PushScript("true"), "./run.sh");

        (await CodesAsync("Owner/demo", "ours")).ShouldBe([PolicyCodes.RepositoryUnreachable]);
        (await CodesAsync("owner/demo", "demo")).ShouldBe([PolicyCodes.OtherRepositoryOfWorkflow]);
        (await CodesAsync("Owner/else", "ours")).ShouldBe([PolicyCodes.NotMember]);

        async Task<IEnumerable<string>> CodesAsync(string repository, string name)
        {
            var claims = server.Issuer.Claims();
            claims.Remove("email");
            claims["repository"] = repository;
            using var http = server.Http(server.Issuer.Sign(claims));
            http.DefaultRequestHeaders.Add("Idempotency-Key", Guid.NewGuid().ToString());
            using var response = await http.PostAsJsonAsync("/api/v1/submissions", request with { Repository = name }, ContractsJson.Default.SubmissionRequest);
            return (await response.Content.ReadFromJsonAsync(ContractsJson.Default.ApiProblem))!.Problems.Select(problem => problem.Code);
        }
    }

    [Fact]
    public async Task A_change_of_members_is_in_force_within_a_minute()
    {
        var folder = Directory.CreateTempSubdirectory("settings-").FullName;
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder, "ds1.txt"), "dave@example.org\n");
            await File.WriteAllTextAsync(Path.Combine(folder, "server.toml"), "[server]\nstate = \"state\"\npublic_url = \"https://r.example.org\"\n[datasets.ds1]\nmembers_file = \"ds1.txt\"\n");
            var source = new SettingsSource(Path.Combine(folder, "server.toml"), null);
            var current = new CurrentSettings(source.Read());
            var time = new ManualTimers();
            var looked = new SeenMessages<SettingsReload>("is in force");
            using var reload = new SettingsReload(source, current, time, looked);
            await reload.StartAsync(CancellationToken.None);
            await time.FirstTimer.WaitAsync(TimeSpan.FromMinutes(1));
            await File.WriteAllTextAsync(Path.Combine(folder, "ds1.txt"), "carol@example.org\n");
            current.Policy.Find("ds1")!.Members.ShouldBe(["dave@example.org"]);

            time.Advance(TimeSpan.FromSeconds(60));
            await looked.Seen.WaitAsync(TimeSpan.FromMinutes(1));

            current.Policy.Find("ds1")!.Members.ShouldBe(["carol@example.org"]);
            await reload.StopAsync(CancellationToken.None);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [GitFact]
    public async Task Drivers_get_the_variables_that_the_administrator_lists()
    {
        const string Name = "AR_TEST_FEED_CREDENTIALS";
        Environment.SetEnvironmentVariable(Name, "for drivers");
        await using var server = await TestServer.StartAsync(more: $"pass_environment = [\"{Name}\", \"AR_TEST_ABSENT\"]");
        var run = await server.RunAsync(TestServer.Request(server.PushScript($"echo \"[${{{Name}-none}}] [${{AR_TEST_ABSENT-none}}]\""), "./run.sh"));
        (await server.LogOfAsync(run.ArGuid)).ShouldContain("[for drivers] [none]");
        run.EnvironmentNames.ShouldBeEmpty();
        run.Toolchain!.Os.ShouldNotBeNull();
        run.Toolchain.Sdk.ShouldBeNull();
    }

    private static async Task<List<string>> PagesAsync(HttpClient http, string? next)
    {
        var found = new List<string>();
        while (next is not null)
        {
            using var response = await http.GetAsync(next);
            found.AddRange((await response.Content.ReadFromJsonAsync(ContractsJson.Default.IReadOnlyListInvocation))!.Select(run => run.ArGuid));
            next = response.Headers.TryGetValues("Link", out var links) ? links.Single().Split('<', '>')[1] : null;
        }
        return found;
    }

    private static async Task<(HttpStatusCode Status, string Text)> PageAsync(TestServer server, string email, string path)
    {
        using var api = server.Connect(email);
        var link = new Uri((await api.CreateSignInLinkAsync(TestRunner.Limit())).Url);
        link.Host.ShouldBe("runner.example.org");
        using var http = server.Http();
        using var signedIn = await http.GetAsync(link.PathAndQuery);
        var cookie = signedIn.Headers.GetValues("Set-Cookie").Single();
        cookie.ShouldContain("secure", Case.Insensitive);
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("Cookie", cookie.Split(';')[0]);
        using var response = await http.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}
