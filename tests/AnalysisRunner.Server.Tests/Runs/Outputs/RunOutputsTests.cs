using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Record;
using AnalysisRunner.Server.Runs.Outputs;
using AnalysisRunner.Server.Tests.Code;
using AnalysisRunner.Server.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace AnalysisRunner.Server.Tests.Runs.Outputs;

/// <summary>What is recorded, served and written beside the outputs when a run has ended.</summary>
public sealed class RunOutputsTests
{
    private const string Prefix = "results/v1";

    [GitFact]
    public async Task What_a_run_made_is_told_from_what_was_there_with_size_and_digest()
    {
        await using var server = await TestServer.StartAsync();
        var folder = Default(server);
        Write(folder, "kept.txt", "as it was");
        Write(folder, "sub/changed.txt", "before");
        var run = await server.RunAsync(Request(server, "printf new > \"$out/made.txt\"; printf after > \"$out/sub/changed.txt\"; mkdir -p \"$web\"; printf '<p>' > \"$web/index.html\""));

        run.State.ShouldBe(InvocationState.Succeeded, run.Reason);
        run.Outputs.ShouldNotBeNull().ShouldBe(new OutputsSummary(run.Outputs!.ListedAt, 3, 3 + 5 + 3));
        var outputs = await OutputsAsync(server, run.ArGuid);
        outputs.Select(output => (output.Category, output.Path, output.Change, output.Length, output.Sha256)).ShouldBe(
        [
            ("default", "kept.txt", OutputChange.Unchanged, 9L, null),
            ("default", "made.txt", OutputChange.Created, 3L, Sha256("new")),
            ("default", "sub/changed.txt", OutputChange.Replaced, 5L, Sha256("after")),
            ("web", "index.html", OutputChange.Created, 3L, Sha256("<p>")),
        ]);
        outputs.ShouldAllBe(output => output.Version != null && output.ModifiedAt > DateTimeOffset.UtcNow.AddHours(-1));
    }

    [GitFact]
    public async Task The_metadata_beside_the_outputs_says_what_made_them()
    {
        await using var server = await TestServer.StartAsync();
        var request = Request(server, "printf x > \"$out/made.txt\"; exit 3");
        var run = await server.RunAsync(request with { Config = [new ConfigLayer("private.toml", "[my]\nx = 1\n")] });

        run.State.ShouldBe(InvocationState.Failed);
        var metadata = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(Default(server), ".analysis-runner", run.ArGuid + ".json")))!;
        var invocation = metadata["invocation"]!;
        invocation["submittedBy"]!.GetValue<string>().ShouldBe("alice@example.org");
        invocation["commit"]!.GetValue<string>().ShouldBe(run.Commit);
        invocation["script"]![0]!.GetValue<string>().ShouldBe("./run.sh");
        invocation["configSha256"]!.GetValue<string>().ShouldBe(run.ConfigSha256);
        invocation["image"]!.GetValue<string>().ShouldBe(TestServer.DriverImage);
        invocation["state"]!.GetValue<string>().ShouldBe("failed");
        invocation["reason"]!.GetValue<string>().ShouldBe(run.Reason);
        metadata["outputs"]!.AsArray().ShouldHaveSingleItem()!["sha256"]!.GetValue<string>().ShouldBe(Sha256("x"));
        metadata["links"]!["outputs"]!.GetValue<string>().ShouldBe($"https://runner.example.org/api/v1/invocations/{run.ArGuid}/outputs");

        // It is no output, not of the next run either.
        var next = await server.RunAsync(request);
        (await OutputsAsync(server, next.ArGuid)).Select(output => output.Path).ShouldBe(["made.txt"]);
        Directory.GetFiles(Path.Combine(Default(server), ".analysis-runner"), "*-*-*-*-*.json").Length.ShouldBe(2);
    }

    [GitFact]
    public async Task Outputs_are_found_where_the_templates_of_the_run_put_the_storage()
    {
        await using var server = await TestServer.StartAsync();
        var elsewhere = Path.Combine(server.Repository.Root, "elsewhere");
        Templates(server, $"[storage.default]\ndefault = \"{elsewhere}/main\"\n[storage.ds1]\ndefault = \"{elsewhere}/main\"\n");
        using var gate = new Gate(server.Repository.Root);
        var out1 = $"{elsewhere}/main/{Prefix}";
        var sha = server.PushScript($"mkdir -p '{out1}'; printf x > '{out1}/made.txt'; cat '{gate.Path}'");
        // A layer of the user redirects what their code reads, and not what the server lists.
        var request = TestServer.Request(sha, "./run.sh") with { OutputPrefix = Prefix, Config = [new ConfigLayer("mine.toml", $"[storage.default]\ndefault = \"{server.State}\"\n")] };
        var accepted = await server.SubmitAsync(request);
        (await server.InvocationLog.GetAsync(accepted.ArGuid, TestRunner.Limit()))!.Invocation.OutputPath.ShouldBe(out1);
        // The templates change while it runs.
        Templates(server, "");
        gate.Open();

        var run = await server.EndOfAsync(accepted.ArGuid);
        run.State.ShouldBe(InvocationState.Succeeded, run.Reason);
        (await OutputsAsync(server, run.ArGuid)).Select(output => (output.Category, output.Path, output.Sha256)).ShouldBe([("default", "made.txt", Sha256("x"))]);
        File.Exists(Path.Combine(out1, ".analysis-runner", run.ArGuid + ".json")).ShouldBeTrue();

        foreach (var wrong in new[] { "\"relative\"", "\"https://example.org/x\"", "\"/a/../b\"", "3" })
        {
            Templates(server, $"[storage.default]\nweb = {wrong}\n");
            (await server.RefusalAsync(request)).ShouldBe([StoreCodes.TemplateStorage], wrong);
        }
    }

    private static void Templates(TestServer server, string storage)
    {
        foreach (var (name, text) in new[] { ("infrastructure", ""), ("images/images", ""), ("references/references", ""), ("storage/gcp/ds1-test", storage) })
        {
            var file = Path.Combine(server.State, "config", "templates", name + ".toml");
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, text);
        }
    }

    [GitFact]
    public async Task A_run_that_makes_nothing_leaves_nothing_in_the_storage()
    {
        await using var server = await TestServer.StartAsync();
        var run = await server.RunAsync(TestServer.Request(server.PushScript("true"), "./run.sh") with { OutputPrefix = Prefix });
        run.Outputs.ShouldNotBeNull().Count.ShouldBe(0);
        run.Outputs!.Problem.ShouldBeNull();
        Directory.Exists(Default(server)).ShouldBeFalse();
    }

    [GitFact]
    public async Task A_run_that_has_ended_in_another_way_meanwhile_is_not_described_beside_its_outputs()
    {
        await using var server = await TestServer.StartAsync();
        var run = await server.RunAsync(Request(server, "printf x > \"$out/made.txt\""));
        var metadata = Path.Combine(Default(server), ".analysis-runner", run.ArGuid + ".json");
        File.Delete(metadata);
        var record = (await server.InvocationLog.GetAsync(run.ArGuid, TestRunner.Limit()))!;

        await server.Server.Services.GetRequiredService<RunOutputs>().CompleteAsync(record, new StateChange(InvocationState.Failed), TestRunner.Limit());

        File.Exists(metadata).ShouldBeFalse();
    }

    [GitFact]
    public async Task A_link_that_leads_out_of_the_storage_is_neither_read_nor_written_through()
    {
        await using var server = await TestServer.StartAsync();
        var elsewhere = Path.Combine(server.Repository.Root, "elsewhere");
        Directory.CreateDirectory(elsewhere);
        await File.WriteAllTextAsync(Path.Combine(elsewhere, "secret"), "hunter2");
        var run = await server.RunAsync(Request(
            server, $"printf x > \"$out/made.txt\"; ln -s '{elsewhere}/secret' \"$out/link\"; ln -s '{elsewhere}' \"$out/.analysis-runner\"; ln -s '{elsewhere}' \"$out/folder\""));

        run.State.ShouldBe(InvocationState.Succeeded, run.Reason);
        (await OutputsAsync(server, run.ArGuid)).Select(output => output.Path).ShouldBe(["made.txt"]);
        Directory.GetFileSystemEntries(elsewhere).Length.ShouldBe(1);
        run.Outputs!.Problem.ShouldNotBeNull().ShouldContain("is a link to");
    }

    [GitFact]
    public async Task Outputs_come_in_pages_and_only_to_members()
    {
        await using var server = await TestServer.StartAsync();
        var run = await server.RunAsync(Request(server, "for i in 1 2 3 4 5; do echo $i > \"$out/file $i\"; done"));
        using var http = server.Http(server.Issuer.Token());
        var found = new List<string>();
        for (var next = $"/api/v1/invocations/{run.ArGuid}/outputs?limit=2"; next is not null;)
        {
            using var response = await http.GetAsync(next);
            var page = (await response.Content.ReadFromJsonAsync(ContractsJson.Default.IReadOnlyListInvocationOutput))!;
            page.Count.ShouldBeLessThanOrEqualTo(2);
            found.AddRange(page.Select(output => output.Path));
            next = response.Headers.TryGetValues("Link", out var link) ? link.Single().Split('>')[0][1..] : null;
        }
        found.ShouldBe(["file 1", "file 2", "file 3", "file 4", "file 5"]);

        using var outsider = server.Http(server.Issuer.Token("bob@example.org"));
        foreach (var part in new[] { "outputs", "notifications" })
        {
            using var hidden = await outsider.GetAsync($"/api/v1/invocations/{run.ArGuid}/{part}");
            hidden.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        }
        foreach (var bad in new[] { "cursor=%21", "cursor=YQ", "limit=0" })
        {
            using var refused = await http.GetAsync($"/api/v1/invocations/{run.ArGuid}/outputs?{bad}");
            refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest, bad);
        }
    }

    private static SubmissionRequest Request(TestServer server, string body)
    {
        var sha = server.PushScript($"out='{Default(server)}'; web='{Path.Combine(Storage(server), "web", Prefix)}'; mkdir -p \"$out\"\n{body}");
        return TestServer.Request(sha, "./run.sh") with { OutputPrefix = Prefix };
    }

    private static string Storage(TestServer server) => Path.Combine(server.State, "storage", "ds1-test");

    private static string Default(TestServer server) => Path.Combine(Storage(server), "default", Prefix);

    private static void Write(string folder, string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder, path))!);
        File.WriteAllText(Path.Combine(folder, path), text);
    }

    private static string Sha256(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static async Task<IReadOnlyList<InvocationOutput>> OutputsAsync(TestServer server, string arGuid)
    {
        using var http = server.Http(server.Issuer.Token());
        return (await http.GetFromJsonAsync($"/api/v1/invocations/{arGuid}/outputs", ContractsJson.Default.IReadOnlyListInvocationOutput))!;
    }
}
