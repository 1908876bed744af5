using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Engines.Local;

namespace AnalysisRunner.Engines.Tests.Local;

/// <summary>What a job under bubblewrap can and cannot do.</summary>
public sealed class IsolationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private LocalEngineOptions Options => new()
    {
        Directory = _folder["state"],
        MilliCpu = 4000,
        KillGrace = TimeSpan.FromSeconds(5),
        Isolation = JobIsolation.Bubblewrap,
    };

    public void Dispose() => _folder.Dispose();

    [ProgramFact("bwrap")]
    public async Task The_system_is_read_only_and_scratch_is_the_jobs_own()
    {
        await using var engine = await LocalEngine.OpenAsync(Options, CancellationToken.None);
        await File.WriteAllTextAsync(_folder["input"], "in\n");
        var job = Specs.Job(1, $"""
            for folder in / /etc /usr "$HOME"; do touch "$folder/x" 2>/dev/null && echo "wrote $folder"; done
            ls -A /tmp; ls -A '{_folder["state"]}/batches/b'
            echo private > /tmp/x; cat "$BATCH_TMPDIR/in"; echo done > "$BATCH_TMPDIR/out"; pwd
            """) with
        {
            InputFiles = [new(_folder["input"], "in")],
            OutputFiles = [new("out", _folder["out"])],
        };

        var batch = await engine.RunAsync(Specs.Batch("b", job, Specs.Job(2, "cat \"$BATCH_TMPDIR/out\"; ls -A /tmp; exit 7", 1)));

        var log = await engine.LogAsync("b", 1);
        batch.State.ShouldBe(BatchState.Failed, log);
        log.ShouldNotContain("wrote");
        log.ShouldContain("in\n");
        log.ShouldEndWith($"/{Path.Combine("work", "1-1")}\n");
        (await File.ReadAllTextAsync(_folder["out"])).ShouldBe("done\n");
        // The other batches' folders, the journal and the claims are out of sight.
        log.ShouldNotContain("journal");
        (await engine.LogAsync("b", 2)).ShouldStartWith("done\n");
        (await engine.JobAsync("b", 2)).ExitCode.ShouldBe(7);
        File.Exists("/tmp/x").ShouldBeFalse();
    }

    [ProgramFact("bwrap")]
    public async Task There_is_no_network_unless_the_job_asks_for_it()
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        var connect = $"exec 9<>/dev/tcp/127.0.0.1/{((System.Net.IPEndPoint)listener.LocalEndpoint).Port}";
        await using var engine = await LocalEngine.OpenAsync(Options, CancellationToken.None);

        await engine.RunAsync(Specs.Batch("b", Specs.Job(1, connect), Specs.Job(2, connect) with { Network = true }));

        (await engine.JobAsync("b", 1)).State.ShouldBe(JobState.Failed);
        (await engine.JobAsync("b", 2)).State.ShouldBe(JobState.Succeeded, await engine.LogAsync("b", 2));
    }

    [ProgramFact("bwrap")]
    public async Task A_stopped_job_can_clean_up_and_a_stubborn_one_is_ended()
    {
        await using var engine = await LocalEngine.OpenAsync(Options with { KillGrace = TimeSpan.FromSeconds(2) }, CancellationToken.None);
        await engine.SubmitAsync(Specs.Batch("b",
            Specs.Job(1, "trap 'echo cleaned > \"$BATCH_TMPDIR/cleaned\"; exit 3' TERM; touch \"$BATCH_TMPDIR/1\"; sleep 600 & wait") with { MilliCpu = 100 },
            Specs.Job(2, "trap '' TERM; touch \"$BATCH_TMPDIR/2\"; while :; do sleep 1; done") with { MilliCpu = 100 }), CancellationToken.None);
        var scratch = Path.Combine(Options.Directory, "batches/b/scratch");
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (!File.Exists(Path.Combine(scratch, "1")) || !File.Exists(Path.Combine(scratch, "2"))) await Task.Delay(5, patience.Token);

        await engine.CancelAsync("b", "test", CancellationToken.None);

        (await engine.EndAsync("b")).Jobs.Cancelled.ShouldBe(2);
        (await File.ReadAllTextAsync(Path.Combine(scratch, "cleaned"))).ShouldBe("cleaned\n");
    }

    [UnixFact]
    public async Task Isolation_that_cannot_be_had_is_refused_not_left_out()
    {
        var missing = Options with { Isolation = JobIsolation.None, Images = ImageRequests.Run, Containers = new() { Program = "no-such-container-program" } };

        var refusal = await Should.ThrowAsync<AnalysisRunnerException>(LocalEngine.OpenAsync(missing, CancellationToken.None));

        refusal.Problems[0].Code.ShouldBe(EngineCodes.IsolationMissing);
        refusal.Message.ShouldContain("\"no-such-container-program\"");
    }
}
