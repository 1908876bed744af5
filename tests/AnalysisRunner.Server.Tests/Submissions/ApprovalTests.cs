using System.Net;
using System.Security.Cryptography;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Runs;
using AnalysisRunner.Server.Settings;
using AnalysisRunner.Server.Tests.Code;
using AnalysisRunner.Server.Tests.Hosting;
using AnalysisRunner.Server.Tests.Pages;
using Microsoft.Extensions.DependencyInjection;

namespace AnalysisRunner.Server.Tests.Submissions;

/// <summary>Runs that a second member has to approve.</summary>
public sealed class ApprovalTests
{
    private const string Datasets =
        """
        [datasets.ds1]
        repositories = ["demo"]
        members = ["alice@example.org", "bob@example.org", "carol@example.org", "test:owner/demo"]
        levels = ["test", "full"]
        unenforced = true

        [datasets.ds1.full]
        members = ["alice@example.org", "bob@example.org"]
        approval = true

        """;

    [GitFact]
    public async Task A_run_waits_until_a_second_member_of_its_level_approves_exactly_it()
    {
        await using var server = await TestServer.StartAsync(Datasets);
        var waiting = await WaitingAsync(server);
        waiting.State.ShouldBe(InvocationState.Accepted);
        waiting.Approval!.ApprovedBy.ShouldBeNull();
        using var alice = server.Http(server.Issuer.Token());

        // The digest is that of a document that names what will run.
        var document = await alice.GetByteArrayAsync($"/api/v1/invocations/{waiting.ArGuid}/approval");
        Convert.ToHexStringLower(SHA256.HashData(document)).ShouldBe(waiting.Approval.Digest);
        var text = System.Text.Encoding.UTF8.GetString(document);
        foreach (var part in new[] { waiting.ArGuid, waiting.Commit, "alice@example.org", "./run.sh", "\"configSha256\":\"" }) text.ShouldContain(part);
        text.ShouldNotContain("hunter2");

        (await RefusalAsync(server, waiting, "alice@example.org")).ShouldBe(IdentityCodes.OwnApproval);
        (await RefusalAsync(server, waiting, "carol@example.org")).ShouldBe(PolicyCodes.NotMemberOfLevel);
        (await RefusalAsync(server, waiting, "mallory@example.org")).ShouldBe(PolicyCodes.Unknown);
        (await RefusalAsync(server, waiting, "bob@example.org", new string('0', 64))).ShouldBe(IdentityCodes.OtherDigest);
        (await RefusalAsync(server, waiting, "bob@example.org", "")).ShouldBe(IdentityCodes.OtherDigest);
        (await server.InvocationLog.GetAsync(waiting.ArGuid, TestRunner.Limit()))!.Invocation.DriverHandle.ShouldBeNull();

        using var bob = server.Connect("bob@example.org");
        (await bob.ApproveAsync(waiting.ArGuid, waiting.Approval.Digest, TestRunner.Limit())).Approval!.ApprovedBy.ShouldBe("bob@example.org");
        var run = await server.EndOfAsync(waiting.ArGuid);
        run.State.ShouldBe(InvocationState.Succeeded, run.Reason);
        (await server.LogOfAsync(run.ArGuid)).ShouldContain("hunter2");
        (await RefusalAsync(server, waiting, "bob@example.org")).ShouldBe(IdentityCodes.NotWaiting);
        (await server.InvocationLog.ListEventsAsync(run.ArGuid, 0, 9, TestRunner.Limit())).ShouldContain(one => one.By == "bob@example.org" && one.Detail.StartsWith("approved", StringComparison.Ordinal));
    }

    [GitFact]
    public async Task A_page_shows_what_waits_and_approves_it()
    {
        await using var server = await TestServer.StartAsync(Datasets);
        var waiting = await WaitingAsync(server);
        using var api = server.Connect("bob@example.org");
        var link = new Uri((await api.CreateSignInLinkAsync(TestRunner.Limit())).Url);
        using var http = server.Http();
        using var signedIn = await http.GetAsync(link.PathAndQuery);
        http.DefaultRequestHeaders.Add("Cookie", signedIn.Headers.GetValues("Set-Cookie").Single().Split(';')[0]);
        (await http.GetStringAsync($"/invocations/{waiting.ArGuid}")).ShouldContain(waiting.Approval!.Digest);
        http.DefaultRequestHeaders.Add("Origin", "http://" + server.Url.Authority);

        using var bare = await http.PostAsync($"/invocations/{waiting.ArGuid}/approve", new FormUrlEncodedContent([new("digest", waiting.Approval.Digest)]));
        bare.StatusCode.ShouldBe(HttpStatusCode.Forbidden, "the form has no token");
        using var wrong = await PageForm.SendAsync(http, $"/invocations/{waiting.ArGuid}/approve", ("digest", "x"));
        wrong.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        using var approved = await PageForm.SendAsync(http, $"/invocations/{waiting.ArGuid}/approve");
        approved.StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        (await server.EndOfAsync(waiting.ArGuid)).State.ShouldBe(InvocationState.Succeeded);
        (await http.GetStringAsync($"/invocations/{waiting.ArGuid}")).ShouldContain("Approved by bob@example.org");
    }

    [GitFact]
    public async Task It_survives_a_restart_and_can_be_cancelled()
    {
        await using var server = await TestServer.StartAsync(Datasets);
        var (first, second) = (await WaitingAsync(server), await WaitingAsync(server));
        await server.RestartAsync();
        using var alice = server.Connect();
        await alice.CancelAsync(first.ArGuid, TestRunner.Limit());
        (await server.EndOfAsync(first.ArGuid)).State.ShouldBe(InvocationState.Cancelled);
        (await RefusalAsync(server, first, "bob@example.org")).ShouldBe(IdentityCodes.NotWaiting);
        using var bob = server.Connect("bob@example.org");
        await bob.ApproveAsync(second.ArGuid, second.Approval!.Digest, TestRunner.Limit());
        var run = await server.EndOfAsync(second.ArGuid);
        run.State.ShouldBe(InvocationState.Succeeded, run.Reason);
    }

    [GitFact]
    public async Task What_nobody_approves_in_time_fails()
    {
        var time = new ShiftedTime();
        await using var server = await TestServer.StartAsync(Datasets, more: "approval_time_limit = \"2h\"", time: time);
        var waiting = await WaitingAsync(server);
        waiting.Approval!.ExpiresAt.ShouldBe(waiting.SubmittedAt.AddHours(2), TimeSpan.FromMinutes(1));
        time.Advance(TimeSpan.FromHours(2));
        server.Server.Services.GetRequiredService<InvocationRunner>().Wake(waiting.ArGuid);
        var run = await server.EndOfAsync(waiting.ArGuid);
        (run.State, run.Reason).ShouldBe((InvocationState.Failed, "Nobody approved it in time."));
        run.Steps.ShouldBeEmpty();
    }

    [GitFact]
    public async Task Who_was_a_member_when_they_submitted_must_still_be_one()
    {
        await using var server = await TestServer.StartAsync(Datasets);
        var waiting = await WaitingAsync(server);
        server.WriteSettings(Datasets.Replace("members = [\"alice@example.org\", \"bob@example.org\"]", "members = [\"bob@example.org\"]", StringComparison.Ordinal));
        server.Server.Services.GetRequiredService<SettingsReload>().Look().ShouldBeTrue();
        (await RefusalAsync(server, waiting, "bob@example.org")).ShouldBe(IdentityCodes.SubmitterNotAllowed);
    }

    [GitFact]
    public async Task Code_that_left_the_default_branch_while_its_run_waited_does_not_run()
    {
        await using var server = await TestServer.StartAsync(Datasets);
        var waiting = await WaitingAsync(server);
        server.Push("HEAD:refs/heads/keep");
        server.Repository.Git("checkout", "--quiet", "--orphan", "fresh");
        server.Repository.Commit("another history");
        server.Push();
        using var bob = server.Connect("bob@example.org");
        await bob.ApproveAsync(waiting.ArGuid, waiting.Approval!.Digest, TestRunner.Limit());
        var run = await server.EndOfAsync(waiting.ArGuid);
        run.State.ShouldBe(InvocationState.Failed);
        run.Reason!.ShouldContain(PolicyCodes.NotOnDefaultBranch);
        run.Steps.ShouldBeEmpty();
    }

    private static async Task<Invocation> WaitingAsync(TestServer server)
    {
        var request = TestServer.Request(server.PushScript("echo ran with $SECRET"), "./run.sh") with { AccessLevel = "full", Environment = new Dictionary<string, string> { ["SECRET"] = "hunter2" } };
        var accepted = await server.SubmitAsync(request);
        return (await server.InvocationLog.GetAsync(accepted.ArGuid, TestRunner.Limit()))!.Invocation;
    }

    private static async Task<string> RefusalAsync(TestServer server, Invocation waiting, string email, string? digest = null)
    {
        using var api = server.Connect(email);
        var refusal = await Should.ThrowAsync<AnalysisRunnerException>(api.ApproveAsync(waiting.ArGuid, digest ?? waiting.Approval!.Digest, TestRunner.Limit()));
        return refusal.Problems[0].Code;
    }
}
