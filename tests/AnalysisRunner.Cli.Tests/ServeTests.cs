using System.Net;

namespace AnalysisRunner.Cli.Tests;

/// <summary>The server as the command runs it, and what the command does for whoever looks after it.</summary>
public sealed class ServeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new("cli-tests-");

    [UnixFactWithGit]
    public async Task The_server_serves_and_ends_in_good_order()
    {
        await using var server = await ServedRunner.StartAsync();
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(server.Url) };
        (await http.GetStringAsync("/healthz")).ShouldBe("ok\n");
        using var refused = await http.GetAsync("/api/v1/version");
        refused.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await server.RunAsync("invocations")).ExitCode.ShouldBe(ExitCodes.NoCredentials);

        (await server.EndAsync()).ExitCode.ShouldBe(ExitCodes.Success);

        await Should.ThrowAsync<HttpRequestException>(http.GetStringAsync("/healthz"));
        (await server.RunAsync("invocations")).ExitCode.ShouldNotBe(ExitCodes.Success);
    }

    [Fact]
    public async Task Settings_that_are_wrong_are_told_and_nothing_is_served()
    {
        _folder.Write("server.toml", "[server]\nunknown = 1\n");
        var outcome = await RunAsync("serve", "--config", "server.toml");
        outcome.ExitCode.ShouldBe(2);
        outcome.Error.ShouldContain("AR4101");
        outcome.Error.ShouldContain("server.toml(2,");
        (await RunAsync("serve")).ExitCode.ShouldBe(ExitCodes.Usage);
        (await RunAsync("serve", "--config", "none.toml")).ExitCode.ShouldBe(2);
        // Without its program beside it, the command says what to install.
        var alone = await new InProcess(_folder.Path).RunAsync("serve", "--config", "server.toml");
        (alone.ExitCode, alone.Error.Contains("AR1069", StringComparison.Ordinal)).ShouldBe((ExitCodes.Failed, true));
    }

    [Fact]
    public async Task The_log_of_the_original_is_imported_once_backed_up_and_restored()
    {
        ServedRunner.WriteSettings(_folder, "");
        _folder.Write("submissions.jsonl", Record("a0000000-0000-4000-8000-000000000001") + "\n\n" + Record("a0000000-0000-4000-8000-000000000002") + "\n");

        var imported = await AdminAsync("import", "--from", "submissions.jsonl");
        imported.ExitCode.ShouldBe(ExitCodes.Success, imported.Error);
        imported.Output.ShouldContain("2 invocations of");
        (await AdminAsync("import", "--from", "submissions.jsonl")).Output.ShouldContain("0 invocations of");

        (await AdminAsync("backup", "--to", "log.backup")).ExitCode.ShouldBe(ExitCodes.Success);
        var again = await AdminAsync("backup", "--to", "log.backup");
        (again.ExitCode, again.Error.Contains("AR6185", StringComparison.Ordinal)).ShouldBe((ExitCodes.RefusedByServer, true), again.Error);
        (await AdminAsync("restore", "--from", "log.backup")).Error.ShouldContain("AR6133");
        Directory.Delete(_folder["state"], recursive: true);
        (await AdminAsync("restore", "--from", "log.backup")).Output.ShouldContain("are restored");
        (await AdminAsync("import", "--from", "submissions.jsonl")).Output.ShouldContain("2 were there already");
        (await AdminAsync("retention", "--older-than", "365")).Output.ShouldContain("0 denials");
        (await AdminAsync("retention", "--older-than", "soon")).ExitCode.ShouldBe(ExitCodes.RefusedByServer);
        (await RunAsync("admin", "retention", "--older-than", "1")).ExitCode.ShouldBe(ExitCodes.Usage);
    }

    [Fact]
    public async Task A_file_that_is_no_log_is_refused_whole()
    {
        ServedRunner.WriteSettings(_folder, "");
        _folder.Write("wrong.jsonl", Record("a0000000-0000-4000-8000-000000000001") + "\n{\"ar-guid\": \"none\"}\nno JSON\n");
        var outcome = await AdminAsync("import", "--from", "wrong.jsonl");
        outcome.ExitCode.ShouldBe(ExitCodes.RefusedByServer);
        outcome.Error.ShouldContain("AR1078");
        outcome.Error.ShouldContain("line 2");
        outcome.Error.ShouldContain("line 3");
        (await AdminAsync("backup", "--to", "log.backup")).ExitCode.ShouldBe(ExitCodes.RefusedByServer, "there is no log yet");
    }

    public void Dispose() => _folder.Dispose();

    private static string Record(string arGuid) =>
        $$"""{"ar-guid": "{{arGuid}}", "timestamp": "2024-05-06T07:08:09+10:00", "dataset": "fewgenomes", "user": "ada@example.org", "accessLevel": "test", "repo": "demo", "commit": "abc123", "script": "./run.sh a b", "description": "d", "output": "gs://cpg-fewgenomes-test/out/v1", "batch_url": "https://batch.example.org/batches/1"}""";

    private Task<Outcome> AdminAsync(string verb, params string[] words) => RunAsync(["admin", verb, "--config", "server.toml", .. words]);

    private Task<Outcome> RunAsync(params string[] words) => CliProcess.RunAsync(_folder.Path, new Dictionary<string, string>(), "", words);
}
