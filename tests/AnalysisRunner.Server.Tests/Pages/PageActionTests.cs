using System.Net;
using System.Text.RegularExpressions;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Settings;
using AnalysisRunner.Server.Tests.Code;
using AnalysisRunner.Server.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace AnalysisRunner.Server.Tests.Pages;

/// <summary>What is done on pages, as a browser without scripts does it.</summary>
public sealed class PageActionTests
{
    [GitFact]
    public async Task A_run_is_repeated_by_a_form_once_however_often_it_is_sent()
    {
        await using var runner = await TestRunner.StartAsync();
        var first = await runner.RunAsync(runner.Script("echo \"got $*\"", "a b", "") with { OutputPrefix = "p/1" });
        using var http = await PageSession.SignInAsync(runner);

        using var bare = await http.PostAsync($"/invocations/{first.ArGuid}/rerun", new FormUrlEncodedContent([new("key", "k")]));
        bare.StatusCode.ShouldBe(HttpStatusCode.Forbidden, "the form has no token");
        using var malformed = await PageForm.SendAsync(http, $"/invocations/{first.ArGuid}/rerun", ("key", ""));
        malformed.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await runner.Api.ListInvocationsAsync(10, TestRunner.Limit())).Count.ShouldBe(1);

        using var sent = await PageForm.SendAsync(http, $"/invocations/{first.ArGuid}/rerun", ("key", "once"));
        using var again = await PageForm.SendAsync(http, $"/invocations/{first.ArGuid}/rerun", ("key", "once"));

        sent.StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        again.Headers.Location.ShouldBe(sent.Headers.Location);
        var repeated = await runner.EndOfAsync(sent.Headers.Location!.ToString().Split('/')[^1]);
        (repeated.RerunOf, repeated.Commit, repeated.OutputPrefix, repeated.State).ShouldBe((first.ArGuid, first.Commit, "p/1", InvocationState.Succeeded));
        repeated.RerunChanges.ShouldBeEmpty();
        repeated.Script.ShouldBe(first.Script);
        (await runner.Api.ListInvocationsAsync(10, TestRunner.Limit())).Count.ShouldBe(2);
        (await http.GetStringAsync($"/invocations/{repeated.ArGuid}")).ShouldContain($"href=\"/invocations/{first.ArGuid}\"");
    }

    [GitFact]
    public async Task A_repetition_asks_for_the_values_that_nothing_keeps()
    {
        await using var runner = await TestRunner.StartAsync();
        var first = await runner.RunAsync(runner.Script("echo \"got $A$B\"") with { Environment = new Dictionary<string, string> { ["A"] = "one", ["B"] = "two" } });
        using var http = await PageSession.SignInAsync(runner);
        var question = await http.GetStringAsync($"/invocations/{first.ArGuid}/rerun");
        question.ShouldContain("type=\"password\" name=\"variable A\"");
        question.ShouldNotContain("one");

        using var refused = await PageForm.SendAsync(http, $"/invocations/{first.ArGuid}/rerun", ("variable A", "three"));
        refused.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await refused.Content.ReadAsStringAsync()).ShouldContain(EndCodes.EnvironmentValuesMissing);
        using var sent = await PageForm.SendAsync(http, $"/invocations/{first.ArGuid}/rerun", ("variable A", "three"), ("variable B", ""));

        var repeated = await runner.EndOfAsync(sent.Headers.Location!.ToString().Split('/')[^1]);
        (await runner.LogAsync(repeated.ArGuid)).ShouldContain("got three\n");
        repeated.RerunChanges.ShouldBe(["environment"]);
    }

    [GitFact]
    public async Task A_repetition_is_judged_by_the_policy_and_its_refusal_is_shown_and_recorded()
    {
        await using var server = await TestServer.StartAsync();
        var first = await server.RunAsync(TestServer.Request(server.PushScript("true"), "./run.sh"));
        using var http = await PageSession.SignInAsync(server);
        server.WriteSettings(TestServer.DefaultDatasets.Replace("repositories = [\"demo\"]\nmembers = [\"Alice", "repositories = [\"other\"]\nmembers = [\"Alice", StringComparison.Ordinal));
        server.Server.Services.GetRequiredService<SettingsReload>().Look().ShouldBeTrue();

        using var refused = await PageForm.SendAsync(http, $"/invocations/{first.ArGuid}/rerun");

        refused.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await refused.Content.ReadAsStringAsync()).ShouldContain(PolicyCodes.RepositoryNotAllowed);
        var denials = await http.GetStringAsync("/denials?dataset=ds1");
        denials.ShouldContain(PolicyCodes.RepositoryNotAllowed);
        denials.ShouldContain("alice@example.org");
        using var stranger = await PageSession.SignInAsync(server, "bob@example.org");
        using var unseen = await stranger.GetAsync($"/invocations/{first.ArGuid}/rerun");
        unseen.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [GitFact]
    public async Task Denials_are_shown_to_who_answers_for_the_dataset_and_to_nobody_else()
    {
        await using var server = await TestServer.StartAsync(more: "administrators = [\"carol@example.org\"]");
        await server.RefusalAsync(TestServer.Request(null, "x") with { Dataset = "<i>ds1" });
        await server.RefusalAsync(TestServer.Request(null, "x", "<b>") with { Image = "evil/<u>" }, "mallory@example.org");
        using var alice = await PageSession.SignInAsync(server);
        using var bob = await PageSession.SignInAsync(server, "bob@example.org");
        using var carol = await PageSession.SignInAsync(server, "carol@example.org");

        var own = await alice.GetStringAsync("/denials");
        own.ShouldContain("mallory@example.org");
        own.ShouldContain(PolicyCodes.NotMember);
        own.ShouldNotContain("<u>");
        own.ShouldNotContain("&lt;i&gt;ds1", customMessage: "it names no dataset of alice's");
        (await carol.GetStringAsync("/denials")).ShouldContain("&lt;i&gt;ds1");
        (await alice.GetStringAsync("/invocations")).ShouldContain("href=\"/denials\"");
        (await bob.GetStringAsync("/invocations")).ShouldNotContain("href=\"/denials\"");
        using var refused = await bob.GetAsync("/denials");
        refused.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await refused.Content.ReadAsStringAsync()).ShouldContain(EndCodes.DenialsNotAllowed);
        using var other = await alice.GetAsync("/denials?dataset=other");
        other.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [GitFact]
    public async Task A_session_that_was_signed_out_is_gone_on_the_server_too()
    {
        await using var runner = await TestRunner.StartAsync();
        using var http = await PageSession.SignInAsync(runner);
        using var bare = await http.PostAsync("/sign-out", null);
        bare.StatusCode.ShouldBe(HttpStatusCode.Forbidden, "the form has no token");
        (await http.GetAsync("/invocations")).StatusCode.ShouldBe(HttpStatusCode.OK);

        using var sent = await PageForm.SendAsync(http, "/sign-out");

        sent.StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        sent.Headers.Location!.ToString().ShouldBe("/signed-out");
        sent.Headers.GetValues("Set-Cookie").ShouldContain(cookie => cookie.Contains("expires=Thu, 01 Jan 1970", StringComparison.OrdinalIgnoreCase));
        // Whoever kept the cookie has nothing.
        (await http.GetAsync("/invocations")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await http.GetStringAsync("/signed-out")).ShouldContain("You are signed out");
    }

    [GitFact]
    public async Task The_list_is_exported_with_its_filters_by_the_session()
    {
        await using var runner = await TestRunner.StartAsync();
        await runner.RunAsync(runner.Script("true") with { Description = "one" });
        await runner.RunAsync(runner.Script("true") with { Description = "two", Dataset = "other" });
        using var http = await PageSession.SignInAsync(runner);
        using var api = runner.Http(runner.Server.File.Token);
        var page = await http.GetStringAsync("/invocations?dataset=other&state=&limit=1&sort=user");
        foreach (var format in new[] { "csv", "jsonl" })
        {
            var url = $"/invocations/export?dataset=other&amp;sort=user&amp;format={format}";
            page.ShouldContain($"href=\"{url}\"");
            using var file = await http.GetAsync(WebUtility.HtmlDecode(url));
            file.Content.Headers.ContentDisposition!.FileName.ShouldBe($"invocations.{format}");
            var text = await file.Content.ReadAsStringAsync();
            text.ShouldBe(await api.GetStringAsync($"/api/v1/invocations/export?dataset=other&sort=user&format={format}"));
            text.ShouldContain("two");
        }
        using var refused = await http.GetAsync("/invocations/export?format=xlsx");
        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await refused.Content.ReadAsStringAsync()).ShouldContain("<h1>Not possible</h1>");
        using var stranger = runner.Http();
        (await stranger.GetAsync("/invocations/export?format=csv")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [GitFact]
    public async Task The_datasets_say_what_one_may_run_and_why_not_the_rest()
    {
        await using var server = await TestServer.StartAsync(
            """
            [datasets.ds1]
            repositories = ["demo", "tools"]
            members = ["alice@example.org", "bob@example.org"]
            levels = ["test", "full"]
            repositoryless = ["test"]
            unenforced = true
            [datasets.ds1.full]
            members = ["alice@example.org"]

            """);
        var run = await server.RunAsync(TestServer.Request(server.PushScript("true"), "./run.sh"));
        using var alice = await PageSession.SignInAsync(server);
        using var bob = await PageSession.SignInAsync(server, "bob@example.org");
        using var mallory = await PageSession.SignInAsync(server, "mallory@example.org");

        var page = await bob.GetStringAsync("/datasets");
        page.ShouldContain("demo, tools");
        page.ShouldContain(PolicyCodes.NotMemberOfLevel);
        page.ShouldContain($"href=\"/invocations/{run.ArGuid}\"");
        Regex.Count(page, @"<td>\s*yes\s*</td>").ShouldBe(2, "level test, and commands without a repository at it");
        (await alice.GetStringAsync("/datasets")).ShouldNotContain(PolicyCodes.NotMemberOfLevel);
        (await mallory.GetStringAsync("/datasets")).ShouldContain("You are a member of no dataset");
    }

    [GitFact]
    public async Task Outputs_are_listed_with_size_and_digest_and_in_pages()
    {
        await using var server = await TestServer.StartAsync();
        var folder = Path.Combine(server.State, "storage", "ds1-test", "default", "p", "1");
        var script = server.PushScript($"mkdir -p '{folder}'; cd '{folder}'; printf new > '<b>.txt'; for i in $(seq 1 600); do : > \"$i\"; done");
        var run = await server.RunAsync(TestServer.Request(script, "./run.sh") with { OutputPrefix = "p/1" });
        run.State.ShouldBe(InvocationState.Succeeded, run.Reason);
        using var http = await PageSession.SignInAsync(server);

        var page = await http.GetStringAsync($"/invocations/{run.ArGuid}");
        page.ShouldContain("601 objects created or replaced, 3 B together");
        page.ShouldContain($"href=\"/invocations/{run.ArGuid}/outputs\"");
        var first = await http.GetStringAsync($"/invocations/{run.ArGuid}/outputs");
        var next = Regex.Match(first, "rel=\"next\" href=\"([^\"]+)\"").Groups[1].Value;
        var second = await http.GetStringAsync(WebUtility.HtmlDecode(next));
        second.ShouldContain("&lt;b&gt;.txt");
        second.ShouldContain("11507a0e2f5e69d5dfa40a62a1bd7b6ee57e6bcd85c67c9b8431b36fff21c437");
        second.ShouldNotContain("rel=\"next\"");
        (Rows(first) + Rows(second)).ShouldBe(601);
        using var stranger = await PageSession.SignInAsync(server, "bob@example.org");
        (await stranger.GetAsync($"/invocations/{run.ArGuid}/outputs")).StatusCode.ShouldBe(HttpStatusCode.NotFound);

        static int Rows(string page) => Regex.Count(page, "<td>created</td>");
    }
}
