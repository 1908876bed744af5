using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using AnalysisRunner.Client;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Record;
using AnalysisRunner.Server.Record.Imports;
using AnalysisRunner.Server.Tests.Code;
using AnalysisRunner.Server.Tests.Hosting;
using AnalysisRunner.Server.Tests.Record;

namespace AnalysisRunner.Server.Tests.Api;

public sealed class RerunTests
{
    [GitFact]
    public async Task A_run_is_repeated_as_it_was_recorded_also_when_names_mean_something_else_by_now()
    {
        await using var server = await TestServer.StartAsync();
        var sha = server.PushScript("printf '%s|' \"$@\"; grep '^x' \"$CPG_CONFIG_PATH\"");
        server.Push("HEAD:refs/heads/side");
        var first = await server.RunAsync(TestServer.Request("side", "./run.sh", "a b", "") with { Config = [new ConfigLayer("private.toml", "[my]\nx = 1\n")], Cpu = "2" });
        first.Commit.ShouldBe(sha);
        // The branch and the default image move on.
        server.PushScript("exit 9");
        server.Push("HEAD:refs/heads/side");

        var again = await server.EndOfAsync((await RerunAsync(server, first.ArGuid)).ArGuid);

        again.State.ShouldBe(InvocationState.Succeeded, again.Reason);
        again.RerunOf.ShouldBe(first.ArGuid);
        again.RerunChanges.ShouldNotBeNull().ShouldBeEmpty();
        (again.Commit, again.Branch, again.Image, again.Cpu).ShouldBe((first.Commit, first.Branch, first.Image, first.Cpu));
        again.Script.ShouldBe(first.Script);
        again.OutputPrefix.ShouldNotBe(first.OutputPrefix, "two runs never share a prefix that the server chose");
        (await server.LogOfAsync(again.ArGuid)).ShouldContain("a b||x = 1");
        first.RerunOf.ShouldBeNull();
        first.RerunChanges.ShouldBeNull();
    }

    [GitFact]
    public async Task Changes_are_recorded_as_such()
    {
        await using var server = await TestServer.StartAsync();
        var first = await server.RunAsync(TestServer.Request(server.PushScript("echo \"$@\""), "./run.sh", "one") with { OutputPrefix = "p/1", Cpu = "2" });

        var again = await server.EndOfAsync(
            (await RerunAsync(server, first.ArGuid, $$"""{"script": ["./run.sh", "two"], "description": "{{first.Description}}", "cpu": null}""")).ArGuid);

        again.RerunChanges.ShouldBe(["script", "cpu"]);
        again.Script.ShouldBe(["./run.sh", "two"]);
        again.Cpu.ShouldBeNull();
        again.OutputPrefix.ShouldBe("p/1");
        (await server.InvocationLog.GetAsync(again.ArGuid, TestRunner.Limit()))!.Invocation.RerunChanges.ShouldBe(["script", "cpu"]);
    }

    [GitFact]
    public async Task Values_of_variables_are_asked_for_because_nothing_keeps_them()
    {
        await using var server = await TestServer.StartAsync();
        var sha = server.PushScript("echo \"$A$B\"");
        var first = await server.RunAsync(TestServer.Request(sha, "./run.sh") with { Environment = new Dictionary<string, string> { ["A"] = "1", ["B"] = "2" } });

        (await RefusalAsync(server, first.ArGuid, """{"environment": {"A": "3"}}""")).ShouldBe((HttpStatusCode.UnprocessableEntity, EndCodes.EnvironmentValuesMissing));
        var again = await server.EndOfAsync((await RerunAsync(server, first.ArGuid, """{"environment": {"A": "3", "B": "4"}}""")).ArGuid);

        again.EnvironmentNames.ShouldBe(["A", "B"]);
        again.RerunChanges.ShouldBe(["environment"]);
        (await server.LogOfAsync(again.ArGuid)).ShouldContain("34");
    }

    [GitFact]
    public async Task What_was_imported_is_seen_and_not_repeated()
    {
        await using var server = await TestServer.StartAsync();
        var log = (InvocationLog)server.InvocationLog;
        var foreign = Samples.Submission(1).Invocation with { Dataset = "ds1", RerunOf = null, RerunChanges = null };
        await log.ImportAsync([new ImportedInvocation(foreign, "{}")], TestRunner.Limit());

        using var api = server.Connect();
        var seen = await api.GetInvocationAsync(foreign.ArGuid, TestRunner.Limit());
        (seen.State, seen.IsFinal).ShouldBe((InvocationState.Imported, true));
        (await api.ListInvocationsAsync(new InvocationListing { State = "imported" }, TestRunner.Limit())).Invocations.ShouldHaveSingleItem();
        (await RefusalAsync(server, foreign.ArGuid, "")).ShouldBe((HttpStatusCode.UnprocessableEntity, CommandLineCodes.ImportedNotRepeatable));
        using var browser = server.Http(server.Issuer.Token());
        foreach (var part in new[] { "log", "events", "outputs", "config" })
        {
            using var response = await browser.GetAsync($"/api/v1/invocations/{foreign.ArGuid}/{part}");
            ((int)response.StatusCode).ShouldBeLessThan(500, part);
        }
        // A restart takes up what has not ended, and this has.
        await server.RestartAsync();
        (await server.InvocationLog.GetAsync(foreign.ArGuid, TestRunner.Limit()))!.Invocation.State.ShouldBe(InvocationState.Imported);
    }

    [GitFact]
    public async Task The_policy_of_today_judges()
    {
        await using var server = await TestServer.StartAsync();
        var first = await server.RunAsync(TestServer.Request(server.PushScript("true"), "./run.sh"));

        (await RefusalAsync(server, first.ArGuid, """{"accessLevel": "full", "image": "elsewhere/x"}""")).ShouldBe((HttpStatusCode.Forbidden, PolicyCodes.ImageNotAllowed));
        (await RefusalAsync(server, first.ArGuid, """{"dataset": "other"}""")).ShouldBe((HttpStatusCode.Forbidden, PolicyCodes.NotMember));
        (await RefusalAsync(server, first.ArGuid, "", "bob@example.org")).ShouldBe((HttpStatusCode.NotFound, PolicyCodes.Unknown));
        (await server.InvocationLog.ListDenialsAsync(10, null, TestRunner.Limit())).Count.ShouldBe(2);
    }

    [GitTheory]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("{\"descripton\": \"x\"}")]
    [InlineData("{\"descripton\": null}")]
    [InlineData("{\"script\": \"x\"}")]
    [InlineData("{\"script\": [], \"script\": []}")]
    public async Task Malformed_changes_are_refused(string body)
    {
        await using var server = await TestServer.StartAsync();
        var first = await server.SubmitAsync(TestServer.Request(server.PushScript("true"), "./run.sh"));
        (await RefusalAsync(server, first.ArGuid, body)).ShouldBe((HttpStatusCode.BadRequest, PolicyCodes.MalformedRequest));
    }

    [GitFact]
    public async Task The_same_key_repeats_once()
    {
        await using var server = await TestServer.StartAsync();
        var request = TestServer.Request(server.PushScript("true"), "./run.sh");
        var (first, second) = (await server.SubmitAsync(request), await server.SubmitAsync(request));

        var again = await RerunAsync(server, first.ArGuid, key: "k");
        (await RerunAsync(server, first.ArGuid, key: "k")).ArGuid.ShouldBe(again.ArGuid);
        using var other = await PostAsync(server, second.ArGuid, "", "alice@example.org", "k");
        other.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        using var without = await PostAsync(server, first.ArGuid, "", "alice@example.org", null);
        without.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    private static async Task<SubmissionAccepted> RerunAsync(TestServer server, string arGuid, string body = "", string? key = null)
    {
        using var response = await PostAsync(server, arGuid, body, "alice@example.org", key ?? Guid.NewGuid().ToString());
        response.StatusCode.ShouldBe(HttpStatusCode.Accepted, await response.Content.ReadAsStringAsync());
        var answer = (await response.Content.ReadFromJsonAsync(ContractsJson.Default.SubmissionAccepted))!;
        response.Headers.Location!.ToString().ShouldBe("/api/v1/invocations/" + answer.ArGuid);
        return answer;
    }

    private static async Task<(HttpStatusCode Status, string Code)> RefusalAsync(TestServer server, string arGuid, string body, string email = "alice@example.org")
    {
        using var response = await PostAsync(server, arGuid, body, email, Guid.NewGuid().ToString());
        return (response.StatusCode, (await response.Content.ReadFromJsonAsync(ContractsJson.Default.ApiProblem))!.Code);
    }

    private static async Task<HttpResponseMessage> PostAsync(TestServer server, string arGuid, string body, string email, string? key)
    {
        using var http = server.Http(server.Issuer.Token(email));
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/invocations/{arGuid}/rerun");
        if (body.Length > 0) request.Content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        if (key is not null) request.Headers.Add("Idempotency-Key", key);
        return await http.SendAsync(request);
    }
}
