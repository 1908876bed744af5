using System.Text.Json;

namespace AnalysisRunner.Cli.Tests;

/// <summary>A run whose driver hands over a batch, as pipelines do: seen, followed and made again.</summary>
public sealed class BatchCommandTests(LocalRunFixture local) : IClassFixture<LocalRunFixture>
{
    // The driver speaks to the server with its own token; the batch's jobs write what the run is for.
    private const string Pipeline =
        """
        #!/usr/bin/env bash
        set -euo pipefail
        . <(sed -n 's/^output_prefix = /prefix=/p; s/^default = /default=/p' "$CPG_CONFIG_PATH")
        out=$default/$prefix
        mkdir -p "$out"
        curl --silent --show-error --fail --noproxy '*' --header "Authorization: Bearer $(cat "$ANALYSIS_RUNNER_TOKEN_FILE")" --header 'Content-Type: application/json' --data-binary @- "$ANALYSIS_RUNNER_URL/api/v1/batches" << END
        {"key": "two", "name": "two jobs", "jobs": [
          {"id": 1, "name": "first job", "command": "echo 'Hello, $1' > '$out/greeting.txt'"},
          {"id": 2, "name": "second job", "command": "cat '$out/greeting.txt'; exit $2", "parents": [1]},
          {"id": 3, "name": "second try", "command": "echo another >> \\"\$BATCH_TMPDIR/tries\\"; grep -c another \\"\$BATCH_TMPDIR/tries\\"; [ \$(grep -c another \\"\$BATCH_TMPDIR/tries\\") = 2 ]", "attempts": 2}]}
        END

        """;

    [CurlFact]
    public async Task Batches_and_jobs_are_listed_and_their_logs_printed()
    {
        var guid = await RunAsync("0", ExitCodes.Success);

        var batches = await local.RunAsync("batches", guid);
        batches.Output.Split('\t')[..4].ShouldBe([guid + ".two", "two jobs", "succeeded", "3 of 3 ended"], batches.Output);
        using var batch = JsonDocument.Parse((await local.RunAsync("batches", guid, "--json")).Output);
        batch.RootElement[0].GetProperty("jobs").GetProperty("succeeded").GetInt32().ShouldBe(3);
        var jobs = (await local.RunAsync("jobs", guid)).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('\t')).ToList();
        jobs.Select(cells => (cells[0], cells[1], cells[2], cells[3], cells[4])).ShouldBe([("1", "first job", "succeeded", "0", "1"), ("2", "second job", "succeeded", "0", "1"), ("3", "second try", "succeeded", "0", "2")]);
        (await local.RunAsync("jobs", guid + ".two", "--state", "failed")).ShouldBe(new Outcome(0, "", "There is no such job.\n"));
        (await local.RunAsync("log", guid, "--job", "2")).Output.ShouldBe("Hello, Ada\n");
        (await local.RunAsync("log", guid, "--batch", guid + ".two", "--job", "2", "-f")).Output.ShouldBe("Hello, Ada\n");
        foreach (var attempt in new[] { "1", "2" }) (await local.RunAsync("log", guid, "--job", "3", "--attempt", attempt)).Output.ShouldBe(attempt + "\n");
        (await local.RunAsync("log", guid, "--job", "3")).Output.ShouldBe("2\n");
        (await local.RunAsync("log", guid, "--attempt", "1", "-f")).Output.ShouldBe((await local.RunAsync("log", guid)).Output);
        var none = await local.RunAsync("log", guid, "--job", "3", "--attempt", "3");
        (none.ExitCode, none.Error.Contains("AR6040", StringComparison.Ordinal), none.Error.Contains("it has 1, 2", StringComparison.Ordinal)).ShouldBe((ExitCodes.RefusedByServer, true, true), none.Error);
        (await local.RunAsync("log", guid, "--attempt", "0")).ExitCode.ShouldBe(ExitCodes.Usage);
        (await local.RunAsync("log", "-f", guid)).Output.ShouldContain("second job | Hello, Ada");
        (await local.RunAsync("show", guid)).Output.ShouldContain("'two jobs': succeeded");
        (await local.RunAsync("jobs", "no-such-batch")).Error.ShouldContain("AR6040");
    }

    [CurlFact]
    public async Task What_jobs_made_is_reproduced()
    {
        var guid = await RunAsync("0", ExitCodes.Success);
        var reproduced = await local.RunAsync("reproduce", guid);
        reproduced.ExitCode.ShouldBe(ExitCodes.Success, reproduced.Error);
        reproduced.Output.ShouldBe("same\tdefault\tgreeting.txt\t11\t11\n");
    }

    [CurlFact]
    public async Task A_job_that_fails_is_seen()
    {
        var guid = await RunAsync("3", ExitCodes.RunFailed);
        (await local.RunAsync("jobs", guid, "--state", "failed")).Output.Split('\t')[..4].ShouldBe(["2", "second job", "failed", "3"]);
        // It failed, it fails again, and made the same both times.
        (await local.RunAsync("reproduce", guid)).ExitCode.ShouldBe(ExitCodes.Success);
    }

    [CurlFact]
    public async Task An_interrupted_wait_ends_with_130_and_the_run_goes_on()
    {
        var submitted = await local.RunAsync("--dataset", "batches", "waits.sh");
        var guid = submitted.Output.Trim()[^36..];
        using var waiting = local.Start("log", "-f", guid);
        await waiting.Output.WaitForAsync("waiting", CliProcess.Limit);
        using (var kill = System.Diagnostics.Process.Start("bash", ["-c", $"kill -INT {waiting.Id}"])) await kill.WaitForExitAsync();
        (await waiting.EndAsync()).ExitCode.ShouldBe(ExitCodes.Interrupted);
        (await local.RunAsync("show", guid)).Output.ShouldContain("state:       running");
        (await local.RunAsync("cancel", "--yes", guid)).ExitCode.ShouldBe(0);
    }

    private async Task<string> RunAsync(string exit, int expected)
    {
        local.Write("pipeline.sh", Pipeline);
        if (local.Git("status", "--porcelain").Length > 0) local.Commit("Hand over a batch");
        var submitted = await local.RunAsync("--dataset", "batches", "pipeline.sh", "Ada", exit);
        submitted.ExitCode.ShouldBe(0, submitted.Error);
        var guid = submitted.Output.Trim()[^36..];
        var ended = await local.RunAsync("log", "-f", guid);
        ended.ExitCode.ShouldBe(expected, ended.Output + ended.Error);
        return guid;
    }
}

/// <summary>A test that needs curl, git and a Unix.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class CurlFactAttribute : FactAttribute
{
    public CurlFactAttribute() => Skip = UnixFactWithGitAttribute.Missing
        ?? ((Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, "curl"))) ? null : "needs curl");
}
