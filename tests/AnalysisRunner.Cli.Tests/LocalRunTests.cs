using System.Text.Json;
using System.Text.RegularExpressions;

namespace AnalysisRunner.Cli.Tests;

/// <summary>The whole way with real processes: git, the local runner, its engine.</summary>
public sealed class LocalRunTests(LocalRunFixture local) : IClassFixture<LocalRunFixture>
{
    [FactWithGit]
    public async Task A_script_is_submitted_followed_and_shown()
    {
        // The original's tutorial, with a script of the shell's.
        var submitted = await local.RunAsync(
            "--access-level", "test", "--dataset", "fewgenomes", "--description", "Run Batch", "--output", "onboarding/ada/hello-world", "--env", "MODE=fast", "--config", "../../hello.toml",
            "hello.sh", "--name-to-print", "Ada");
        submitted.ExitCode.ShouldBe(0, submitted.Error);
        submitted.Error.ShouldContain("Submitting repository@");
        submitted.Error.ShouldContain("on main for dataset \"fewgenomes\"");
        var url = submitted.Output.Trim();
        var guid = url[(url.LastIndexOf('/') + 1)..];

        var followed = await local.RunAsync("log", "-f", guid);
        followed.ExitCode.ShouldBe(0, followed.Error);
        followed.Output.ShouldContain("Hello, Ada (fast)");
        (await local.RunAsync("log", guid)).Output.ShouldContain("Hello, Ada (fast)");

        using var shown = JsonDocument.Parse((await local.RunAsync("show", guid, "--json")).Output);
        string Value(string name) => shown.RootElement.GetProperty(name).ToString();
        (Value("state"), Value("description"), Value("workingDirectory"), Value("outputPrefix")).ShouldBe(("succeeded", "Run Batch", "examples/batch", "onboarding/ada/hello-world"));
        Value("commit").ShouldBe(local.Git("rev-parse", "HEAD"));
        shown.RootElement.GetProperty("client").GetProperty("name").GetString().ShouldBe("AnalysisRunner.Cli");
        (await local.RunAsync("show", guid)).Output.ShouldContain("command:     ./hello.sh --name-to-print Ada");
        (await local.RunAsync("show", guid, "--config")).Output.ShouldContain("greeting = \"Hello\"");
        (await local.RunAsync("config", "explain", "hello.greeting", "--run", guid)).Output.ShouldContain("hello.greeting = \"Hello\"  # hello.toml, line 2");

        var listed = await local.RunAsync("invocations", "--dataset", "fewgenomes", "--state", "succeeded", "--commit", Value("commit")[..8], "--limit", "1000", "Run Batch");
        listed.Output.Split('\n').ShouldContain(line => line.StartsWith(guid + "\t", StringComparison.Ordinal));
        (await local.RunAsync("invocations", "--dataset", "nothing-there")).ShouldBe(new Outcome(0, "", "There is no such invocation.\n"));
        (await local.RunAsync("invocations", "--state", "asleep")).ExitCode.ShouldBe(ExitCodes.RefusedByServer);
        (await local.RunAsync("show", "a0000000-0000-4000-8000-000000000000")).Error.ShouldContain("AR6040");
        (await local.RunAsync("batches", guid)).Error.ShouldContain("no batch");
        (await local.RunAsync("open", guid, "--print")).Output.ShouldStartWith(url + "?code=");
        (await local.RunAsync("cancel", guid)).Error.ShouldContain("has ended already");
    }

    [FactWithGit]
    public async Task The_image_of_a_run_is_shown_as_it_was_asked_for_and_by_its_digest()
    {
        const string Digest = "sha256:6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b";
        var submitted = await local.RunAsync("--dataset", "fewgenomes", "--image", $"registry.example.org/tool:1@{Digest}", "--wait", "hello.sh");
        submitted.ExitCode.ShouldBe(0, submitted.Error);
        var guid = (await local.RunAsync("invocations", "--image", $"registry.example.org/tool:1@{Digest}")).Output.Split('\t')[0];

        var shown = (await local.RunAsync("show", guid)).Output.Split('\n');
        shown.ShouldContain($"image:          registry.example.org/tool:1@{Digest}");
        shown.ShouldContain($"resolved image: registry.example.org/tool@{Digest}");
    }

    [FactWithGit]
    public async Task Waiting_ends_as_the_run_ends()
    {
        var waited = await local.RunAsync("--dataset", "fewgenomes", "--wait", "fails.sh");
        waited.ExitCode.ShouldBe(ExitCodes.RunFailed, waited.Error);
        waited.Output.ShouldContain("about to fail");
        waited.Error.ShouldContain("AR1016");

        var good = await local.RunAsync("--dataset", "fewgenomes", "--wait", "--json", "hello.sh");
        good.ExitCode.ShouldBe(0, good.Error);
        good.Output.ShouldContain("\"arGuid\"");
    }

    [FactWithGit]
    public async Task A_run_is_repeated_as_it_was_recorded_and_its_outputs_are_listed()
    {
        local.Write("writes.sh", "#!/usr/bin/env bash\n. <(sed -n 's/^output_prefix = /prefix=/p; s/^default = /default=/p' \"$CPG_CONFIG_PATH\")\nmkdir -p \"$default/$prefix\"\necho \"$1 $MODE\" > \"$default/$prefix/result.txt\"\n");
        local.Commit("Write a result");
        var first = await local.RunAsync("--dataset", "repeated", "--wait", "--json", "-e", "MODE=fast", "--output-dir", "first", "writes.sh", "hello");
        first.ExitCode.ShouldBe(0, first.Error);
        var guid = GuidIn(first.Output[first.Output.IndexOf('{', StringComparison.Ordinal)..]);
        (await local.RunAsync("outputs", guid)).Output.Split('\t')[^1].ShouldBe("result.txt\n");

        (await local.RunAsync("rerun", guid)).ExitCode.ShouldBe(ExitCodes.RefusedByServer, "values of variables are not kept");
        var again = await local.RunAsync("rerun", guid, "-e", "MODE=slow", "--set", "outputPrefix=second", "--set", "script=[\"./writes.sh\", \"again\"]", "--wait", "--json");
        again.ExitCode.ShouldBe(0, again.Error);
        using var shown = JsonDocument.Parse((await local.RunAsync("show", GuidIn(again.Output[again.Output.IndexOf('{', StringComparison.Ordinal)..]), "--json")).Output);
        shown.RootElement.GetProperty("rerunOf").GetString().ShouldBe(guid);
        shown.RootElement.GetProperty("outputPrefix").GetString().ShouldBe("second");
        (await File.ReadAllTextAsync(Path.Combine(shown.RootElement.GetProperty("outputPath").GetString()!, "result.txt"))).ShouldBe("again slow\n");

        (await local.RunAsync("rerun", guid, "--set", "outputPrefix")).ExitCode.ShouldBe(ExitCodes.Usage);
        (await local.RunAsync("rerun", guid, "--set", "script=[oops")).Error.ShouldContain("AR1072");
        (await local.RunAsync("datasets")).Output.Split('\n').ShouldContain(line => line.StartsWith("repeated\ttest", StringComparison.Ordinal));
    }

    private static string GuidIn(string json)
    {
        // What the run wrote may follow.
        var reader = new Utf8JsonReader(System.Text.Encoding.UTF8.GetBytes(json));
        using var accepted = JsonDocument.ParseValue(ref reader);
        return accepted.RootElement.GetProperty("arGuid").GetString()!;
    }

    [FactWithGit]
    public async Task A_run_is_cancelled()
    {
        var submitted = await local.RunAsync("--dataset", "fewgenomes", "--json", "waits.sh");
        submitted.ExitCode.ShouldBe(0, submitted.Error);
        using var accepted = JsonDocument.Parse(submitted.Output);
        var guid = accepted.RootElement.GetProperty("arGuid").GetString()!;

        (await local.RunAsync("cancel", guid)).ExitCode.ShouldBe(ExitCodes.Declined, "there is no terminal to ask on");
        (await local.RunAsync("local", "stop")).ExitCode.ShouldBe(ExitCodes.RefusedByServer, "a run is going");
        (await local.RunAsync("cancel", "--yes", guid)).ExitCode.ShouldBe(0);

        var ended = await local.RunAsync("log", "-f", guid);
        ended.ExitCode.ShouldBe(ExitCodes.RunFailed, ended.Error);
        ended.Error.ShouldContain("cancelled");
    }

    [FactWithGit]
    public async Task The_gate_is_that_of_the_build_and_yes_is_no_answer_to_it()
    {
        var first = local.Git("rev-parse", "HEAD");
        local.Write("hello.sh", "#!/usr/bin/env bash\necho changed\n");
        try
        {
            var refused = await local.RunAsync("--dataset", "fewgenomes", "--dry-run", "--yes", "hello.sh");
            refused.ExitCode.ShouldBe(ExitCodes.Refused, refused.Error);
            refused.Error.ShouldContain("AR2001");
            refused.Error.ShouldContain("examples/batch/hello.sh");

            local.Write("new.sh", "#!/usr/bin/env bash\n");
            var both = await local.RunAsync("--dataset", "fewgenomes", "--dry-run", "hello.sh");
            (both.Error.Contains("AR2001", StringComparison.Ordinal), both.Error.Contains("AR2002", StringComparison.Ordinal)).ShouldBe((true, true), both.Error);
            File.Delete(Path.Combine(local.Batch, "new.sh"));

            local.Commit("Say something else");
            (await local.RunAsync("--dataset", "fewgenomes", "--dry-run", "hello.sh")).ExitCode.ShouldBe(0);
            local.Write("hello.sh", "#!/usr/bin/env bash\necho changed again\n");
            var earlier = await local.RunAsync("--dataset", "fewgenomes", "--dry-run", "--commit", first[..10], "hello.sh");
            earlier.ExitCode.ShouldBe(0, "what is checked out is not what runs: " + earlier.Error);
            earlier.Output.ShouldContain(first);
            (await local.RunAsync("--dataset", "fewgenomes", "--dry-run", "--commit", first, "./new.sh")).Error.ShouldContain("AR2022");
            (await local.RunAsync("--dataset", "fewgenomes", "--dry-run", "--commit", "no-such-tag", "hello.sh")).Error.ShouldContain("AR1060");
        }
        finally
        {
            local.Git("reset", "--quiet", "--hard", first);
        }
    }

    [FactWithGit]
    public async Task Config_that_is_not_in_the_commit_is_sent_and_said_so()
    {
        await File.WriteAllTextAsync(Path.Combine(local.Root, "private.toml"), "[hello]\ngreeting = \"Psst\"\n");
        var dry = await local.RunAsync("--dataset", "fewgenomes", "--dry-run", "--config", "../../hello.toml", "--config", "../../private.toml", "hello.sh");
        dry.ExitCode.ShouldBe(0, dry.Error);
        dry.Error.ShouldContain("'private.toml' is not in the commit");
        using var json = JsonDocument.Parse(dry.Output);
        var layers = json.RootElement.GetProperty("config");
        layers[0].TryGetProperty("content", out _).ShouldBeFalse();
        layers[1].GetProperty("content").GetString().ShouldNotBeNull().ShouldContain("Psst");

        (await local.RunAsync("--dataset", "fewgenomes", "--dry-run", "--config", "none.toml", "hello.sh")).Error.ShouldContain("AR2017");
    }

    [FactWithGit]
    public async Task The_config_of_a_run_is_shown_before_there_is_one()
    {
        var shown = await local.RunAsync("config", "--dataset", "fewgenomes", "--output-dir", "cohort/v1", "--config", "../../hello.toml");
        shown.ExitCode.ShouldBe(0, shown.Error);
        shown.Output.ShouldContain("dataset = \"fewgenomes\"");
        shown.Output.ShouldContain("output_prefix = \"cohort/v1\"");
        shown.Output.ShouldContain("greeting = \"Hello\"");
        using var folder = new TemporaryFolder();
        var written = await local.RunAsync("config", "--dataset", "fewgenomes", "--output-dir", "cohort/v1", "--access-level", "test", "--config-output", folder["run.toml"]);
        (written.ExitCode, written.Output).ShouldBe((0, ""), written.Error);
        File.ReadAllText(folder["run.toml"]).ShouldContain("output_prefix = \"cohort/v1\"");

        File.WriteAllText(Path.Combine(local.Root, "private.toml"), "[workflow]\ndataset = \"other\"\n");
        var refused = await local.RunAsync("config", "--dataset", "fewgenomes", "--output-dir", "cohort/v1", "--config", "../../private.toml");
        refused.ExitCode.ShouldNotBe(0);
        refused.Error.ShouldContain("workflow.dataset");
        File.WriteAllText(Path.Combine(local.Root, "private.toml"), "[hello]\nat = 2024-05-01\n");
        var dated = await local.RunAsync("config", "--dataset", "fewgenomes", "--output-dir", "cohort/v1", "--config", "../../private.toml");
        dated.ExitCode.ShouldBe(ExitCodes.Config, dated.Error);
        dated.Error.ShouldContain("private.toml(2,");
    }

    [FactWithGit]
    public async Task Status_tells_where_the_runner_is()
    {
        (await local.RunAsync("local", "start")).ExitCode.ShouldBe(0);
        var status = await local.RunAsync("local", "status");
        status.Output.ShouldContain("Local runner at http://127.0.0.1:");
        status.Output.ShouldContain("Sign in (once");
        // One is enough, and one that is not there is no failure to end.
        (await local.RunAsync("local", "start")).Output.ShouldContain(Regex.Match(status.Output, @"http://127\.0\.0\.1:\d+").Value);
        using var elsewhere = new TemporaryFolder();
        var none = await CliProcess.RunAsync(elsewhere.Path, new Dictionary<string, string> { ["ANALYSIS_RUNNER_STATE"] = elsewhere["state"] }, "", "local", "stop");
        (none.ExitCode, none.Error.Contains("No local runner is running", StringComparison.Ordinal)).ShouldBe((0, true), none.Error);
        (await local.RunAsync("whoami", "--json")).Output.ShouldContain("\"kind\": \"owner\"");
        (await local.RunAsync("whoami")).Output.ShouldContain("the local runner");
    }

    [FactWithGit]
    public async Task Bytes_go_through_as_they_are()
    {
        var file = Path.Combine(local.Root, "private.toml");
        var text = "# line\r\n\u001b[31m= ünïcödé\n";
        await File.WriteAllTextAsync(file, text);
        (await local.RunAsync("storage", "cat", file)).Output.ShouldBe(text.ReplaceLineEndings("\n"));
        (await local.RunAsync("storage", "cat", "--range", "2-5", file)).Output.ShouldBe("line");
        (await local.RunAsync("storage", "cat", "--range", "5-2", file)).ExitCode.ShouldBe(ExitCodes.Usage);
    }
}
