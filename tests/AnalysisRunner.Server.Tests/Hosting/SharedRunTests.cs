using System.Text.Json.Nodes;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Tests.Code;

namespace AnalysisRunner.Server.Tests.Hosting;

/// <summary>Runs of a shared server: reviewed code, templates, commands without a repository.</summary>
public sealed class SharedRunTests
{
    [GitFact]
    public async Task Standard_takes_what_is_on_the_default_branch_at_that_moment()
    {
        await using var server = await TestServer.StartAsync();
        var reviewed = server.PushScript("echo reviewed");
        server.Repository.Git("checkout", "--quiet", "-b", "side");
        var unreviewed = server.Repository.Commit("side", "run.sh", "#!/bin/bash\necho side\n");
        server.Push("HEAD:refs/heads/side");
        var standard = TestServer.Request(reviewed, "./run.sh") with { AccessLevel = "standard" };

        var run = await server.RunAsync(standard);
        run.State.ShouldBe(InvocationState.Succeeded, run.Reason);
        run.Namespace.ShouldBe("main");
        (await server.RefusalAsync(standard with { Commit = unreviewed })).ShouldBe([PolicyCodes.NotOnDefaultBranch]);
        (await server.RunAsync(standard with { Commit = unreviewed, AccessLevel = "test" })).State.ShouldBe(InvocationState.Succeeded);

        // Reverted by force: what was reviewed a moment ago is not any more.
        server.Push("HEAD:refs/heads/keep");
        server.Repository.Git("checkout", "--quiet", "--orphan", "fresh");
        server.Repository.Commit("another history");
        server.Push();
        (await server.RefusalAsync(standard)).ShouldBe([PolicyCodes.NotOnDefaultBranch]);
    }

    [GitFact]
    public async Task Templates_lie_between_the_servers_values_and_the_requests_and_every_origin_is_shown()
    {
        await using var server = await TestServer.StartAsync(prepare: AddTemplates);
        var sha = server.Repository.Commit("config", "my.toml", "[images]\ntool = \"mine\"\n[my]\nx = 1\n");
        sha = server.PushScript("true");

        var run = await server.RunAsync(TestServer.Request(sha, "./run.sh") with { Config = [new ConfigLayer("my.toml"), new ConfigLayer("private.toml", "[my]\nx = 2\n")] });

        run.State.ShouldBe(InvocationState.Succeeded, run.Reason);
        using var http = server.Http(server.Issuer.Token());
        var config = await http.GetStringAsync($"/api/v1/invocations/{run.ArGuid}/config");
        config.ShouldContain("tool = \"mine\"");
        config.ShouldContain("genome_build = \"GRCh38\"");
        config.ShouldContain("default = \"/from/template\"");
        config.ShouldContain("x = 2");
        var origins = JsonNode.Parse(await http.GetStringAsync($"/api/v1/invocations/{run.ArGuid}/config?explain=true"))!.AsArray();
        Origin(origins, "workflow.dataset")["layer"]!.GetValue<string>().ShouldBe("server");
        Origin(origins, "references.genome_build")["layer"]!.GetValue<string>().ShouldBe("templates/references/references.toml");
        Origin(origins, "images.tool")["replaced"]![0]!["layer"]!.GetValue<string>().ShouldBe("templates/images/images.toml");
        Origin(origins, "my.x")["layer"]!.GetValue<string>().ShouldBe("private.toml");
        Origin(origins, "my.x")["replaced"]![0]!["line"]!.GetValue<int>().ShouldBe(4);
    }

    [GitFact]
    public async Task Missing_templates_are_named_all_of_them()
    {
        await using var server = await TestServer.StartAsync(prepare: server => Directory.CreateDirectory(Path.Combine(server.State, "config", "templates")));
        var refusal = await Should.ThrowAsync<AnalysisRunnerException>(server.SubmitAsync(TestServer.Request(server.PushScript("true"), "./run.sh")));
        refusal.Problems.Select(problem => problem.File).ShouldBe(
            ["templates/infrastructure.toml", "templates/images/images.toml", "templates/references/references.toml", "templates/storage/gcp/ds1-test.toml"]);
        refusal.Problems.ShouldAllBe(problem => problem.Code == PolicyCodes.TemplateMissing);

        using var http = server.Http(server.Issuer.Token());
        using var response = await http.PostAsync("/config", new StringContent("""{"dataset": "ds1", "output": "o", "accessLevel": "test"}"""));
        ((int)response.StatusCode).ShouldBe(400);
        (await response.Content.ReadAsStringAsync()).ShouldContain("storage/gcp/ds1-test.toml");
    }

    [GitFact]
    public async Task A_command_without_a_repository_runs_in_an_empty_folder_where_that_is_allowed()
    {
        await using var server = await TestServer.StartAsync();
        var request = TestServer.Request(null, "bash", "-c", "ls -A | wc -l; echo \"$1\"", "x", "a b");

        var run = await server.RunAsync(request);

        run.State.ShouldBe(InvocationState.Succeeded, run.Reason);
        run.Commit.ShouldBeEmpty();
        run.Repository.ShouldBeNull();
        run.Steps.Select(step => step.Name).ShouldBe(["run"]);
        (await server.LogOfAsync(run.ArGuid)).ShouldContain("0\na b\n");
        (await server.RefusalAsync(request with { AccessLevel = "full" })).ShouldBe([PolicyCodes.RepositorylessNotAllowed]);
        (await server.RefusalAsync(request with { Config = [new ConfigLayer("my.toml")] })).ShouldBe([PolicyCodes.ConfigLayerNotInCommit]);
    }

    [GitFact]
    public async Task A_driver_reaches_the_server_with_its_own_token()
    {
        await using var server = await TestServer.StartAsync();
        var sha = server.PushScript(
            """
            [ "$ANALYSIS_RUNNER_URL" != https://runner.example.org ]
            exec 3<>"/dev/tcp/127.0.0.1/${ANALYSIS_RUNNER_URL##*:}"
            printf 'GET /api/v1/invocations/%s HTTP/1.0\r\nHost: %s\r\nAuthorization: Bearer %s\r\n\r\n' \
              "$ANALYSIS_RUNNER_AR_GUID" "${ANALYSIS_RUNNER_URL#http://}" "$(cat "$ANALYSIS_RUNNER_TOKEN_FILE")" >&3
            head -1 <&3
            """);
        var run = await server.RunAsync(TestServer.Request(sha, "./run.sh"));
        run.State.ShouldBe(InvocationState.Succeeded, run.Reason);
        (await server.LogOfAsync(run.ArGuid)).ShouldContain("200 OK");
    }

    private static void AddTemplates(TestServer server)
    {
        foreach (var (name, text) in new[]
        {
            ("infrastructure.toml", "[infrastructure]\nmembers_cache_location = \"/members\"\n"),
            ("images/images.toml", "[images]\ntool = \"registry.example.org/tool:1\"\n"),
            ("references/references.toml", "[references]\ngenome_build = \"GRCh38\"\n"),
            ("storage/gcp/ds1-test.toml", "[storage.default]\ndefault = \"/from/template\"\n"),
        })
        {
            var path = Path.Combine(server.State, "config", "templates", name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, text);
        }
    }

    private static JsonNode Origin(JsonArray origins, string key) => origins.Single(origin => origin!["key"]!.GetValue<string>() == key)!;
}
