using System.Net;
using System.Net.Http.Json;
using System.Text;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Record;
using AnalysisRunner.Server.Tests.Code;
using AnalysisRunner.Server.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace AnalysisRunner.Server.Tests.Submissions;

public sealed class SubmitTests
{
    [GitFact]
    public async Task The_same_key_and_request_make_one_run_and_another_request_conflicts()
    {
        await using var runner = await TestRunner.StartAsync();
        var request = runner.Script("echo once");

        var first = await runner.Api.SubmitAsync(request, "key-1", TestRunner.Limit());
        var second = await runner.Api.SubmitAsync(request, "key-1", TestRunner.Limit());
        var conflict = await Should.ThrowAsync<AnalysisRunnerException>(
            runner.Api.SubmitAsync(request with { Description = "another" }, "key-1", TestRunner.Limit()));

        second.ArGuid.ShouldBe(first.ArGuid);
        conflict.Problems[0].Code.ShouldBe(PolicyCodes.KeyReused);
        (await runner.Api.ListInvocationsAsync(10, TestRunner.Limit())).ShouldHaveSingleItem().ArGuid.ShouldBe(first.ArGuid);
    }

    [GitFact]
    public async Task Everything_that_the_commit_lacks_is_said_at_once_and_the_denial_is_recorded()
    {
        await using var runner = await TestRunner.StartAsync();
        var sha = runner.Repository.Commit("layers", "bad.toml", "[workflow]\ndataset = \"other\"\nx = = 1\n");
        runner.Repository.Commit("layers", "protected.toml", "[workflow]\naccess_level = \"full\"\n");
        sha = runner.Repository.Git("rev-parse", "HEAD");
        runner.Repository.Git("checkout", "--quiet", "-b", "side");
        var side = runner.Repository.Commit("unreviewed", "side.txt");

        var refusal = await Should.ThrowAsync<AnalysisRunnerException>(runner.SubmitAsync(runner.Request(side, "./absent.sh") with
        {
            AccessLevel = "full",
            WorkingDirectory = "nowhere",
            Config = [new ConfigLayer("bad.toml"), new ConfigLayer("protected.toml"), new ConfigLayer("absent.toml")],
        }));

        var codes = refusal.Problems.Select(p => p.Code).ToList();
        codes.ShouldContain(PolicyCodes.NotOnDefaultBranch);
        codes.ShouldContain(PolicyCodes.WorkingDirectoryNotInCommit);
        codes.ShouldContain(PolicyCodes.CommandNotInCommit);
        codes.ShouldContain(PolicyCodes.ConfigLayerNotInCommit);
        codes.ShouldContain("AR4150");
        refusal.Problems.ShouldContain(p => p.File == "bad.toml" && p.Line == 3);
        (await runner.Api.ListInvocationsAsync(10, TestRunner.Limit())).ShouldBeEmpty();
        var denial = (await runner.Server.Services.GetRequiredService<IInvocationLog>().ListDenialsAsync(10, null, TestRunner.Limit())).ShouldHaveSingleItem();
        denial.What.DeniedTo.ShouldBe("alice");
        denial.What.Problems.Count.ShouldBe(refusal.Problems.Count);
        sha.ShouldNotBe(side);
    }

    [GitFact]
    public async Task Unknown_commits_and_work_trees_are_refused()
    {
        await using var runner = await TestRunner.StartAsync();
        var request = runner.Script("true");
        (await Refusal(runner, request with { Commit = new string('0', 40) })).ShouldBe(PolicyCodes.CommitNotFound);
        (await Refusal(runner, request with { WorkTree = runner.State })).ShouldBe(PolicyCodes.Repository);
    }

    [GitFact]
    public async Task Submodules_come_from_the_users_own_work_tree_and_are_refused_where_that_lacks_them()
    {
        await using var runner = await TestRunner.StartAsync();
        using var outer = new UserRepository("outer");
        using var inner = new UserRepository("inner");
        inner.Commit("inner", "who.txt", "from the submodule");
        outer.Git("-c", "protocol.file.allow=always", "submodule", "add", "--quiet", inner.Folder, "deps/inner ü");
        outer.Commit("outer");
        runner.Repository.Git("-c", "protocol.file.allow=always", "submodule", "add", "--quiet", outer.Folder, "lib");
        runner.Repository.Git("-c", "protocol.file.allow=always", "submodule", "update", "--quiet", "--init", "--recursive");
        var request = runner.Script("cat 'lib/deps/inner ü/who.txt' && git -C lib status --porcelain");

        var run = await runner.RunAsync(request);
        run.State.ShouldBe(InvocationState.Succeeded, run.Reason);
        (await runner.LogAsync(run.ArGuid)).ShouldEndWith("from the submodule");

        runner.Repository.Git("submodule", "deinit", "--quiet", "--force", "--all");
        (await Refusal(runner, request)).ShouldBe(PolicyCodes.Submodules);
    }

    [GitFact]
    public async Task Reviewed_code_may_run_at_full_and_unreviewed_code_at_test()
    {
        await using var runner = await TestRunner.StartAsync();
        var reviewed = runner.Script("echo reviewed");
        var full = await runner.RunAsync(reviewed with { AccessLevel = "full" });
        full.State.ShouldBe(InvocationState.Succeeded, full.Reason);
        full.Namespace.ShouldBe("main");

        runner.Repository.Git("checkout", "--quiet", "-b", "side");
        var side = runner.Script("echo side");
        (await Refusal(runner, side with { AccessLevel = "standard" })).ShouldBe(PolicyCodes.NotOnDefaultBranch);
        (await runner.RunAsync(side)).State.ShouldBe(InvocationState.Succeeded);
    }

    [GitTheory]
    [InlineData("{", HttpStatusCode.BadRequest, PolicyCodes.MalformedRequest)]
    [InlineData("null", HttpStatusCode.BadRequest, PolicyCodes.MalformedRequest)]
    [InlineData("[]", HttpStatusCode.BadRequest, PolicyCodes.MalformedRequest)]
    [InlineData("{\"datset\":\"x\"}", HttpStatusCode.BadRequest, PolicyCodes.MalformedRequest)]
    [InlineData("{\"script\":\"run.sh\"}", HttpStatusCode.BadRequest, PolicyCodes.MalformedRequest)]
    [InlineData("{\"dataset\":\"\\ud800\"}", HttpStatusCode.BadRequest, PolicyCodes.MalformedRequest)]
    [InlineData("{}", HttpStatusCode.UnprocessableEntity, PolicyCodes.Dataset)]
    public async Task Malformed_bodies_are_answered_with_problem_details(string body, HttpStatusCode status, string code)
    {
        await using var runner = await TestRunner.StartAsync();
        using var http = runner.Http(runner.Server.File.Token);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/submissions") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Add("Idempotency-Key", "k");

        using var response = await http.SendAsync(request);

        response.StatusCode.ShouldBe(status);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        var problem = await response.Content.ReadFromJsonAsync(ContractsJson.Default.ApiProblem);
        problem!.Code.ShouldBe(code);
        problem.TraceId.ShouldNotBeNullOrEmpty();
    }

    [GitFact]
    public async Task Too_large_bodies_and_missing_keys_are_refused()
    {
        await using var runner = await TestRunner.StartAsync();
        using var http = runner.Http(runner.Server.File.Token);
        using var without = await http.PostAsync("/api/v1/submissions", new StringContent("{}"));
        (await without.Content.ReadFromJsonAsync(ContractsJson.Default.ApiProblem))!.Code.ShouldBe(PolicyCodes.IdempotencyKey);

        using var large = new HttpRequestMessage(HttpMethod.Post, "/api/v1/submissions") { Content = new StringContent("{\"description\":\"" + new string('x', 2 << 20) + "\"}") };
        large.Headers.Add("Idempotency-Key", "k");
        using var response = await http.SendAsync(large);
        response.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        (await response.Content.ReadFromJsonAsync(ContractsJson.Default.ApiProblem))!.Code.ShouldBe(PolicyCodes.TooLarge);
    }

    private static async Task<string> Refusal(TestRunner runner, SubmissionRequest request) =>
        (await Should.ThrowAsync<AnalysisRunnerException>(runner.SubmitAsync(request))).Problems[0].Code;
}
