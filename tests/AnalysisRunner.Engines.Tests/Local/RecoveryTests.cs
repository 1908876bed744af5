using System.Globalization;
using System.Text.Json;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Engines.Local;
using AnalysisRunner.Engines.Local.Processes;

namespace AnalysisRunner.Engines.Tests.Local;

/// <summary>The host is killed with -9; the next engine on the folder tells the truth and runs nothing twice (design §6).</summary>
public sealed class RecoveryTests : IDisposable
{
    private const string Key = "b";

    private readonly TemporaryFolder _folder = new();
    private readonly List<Problem> _reports = [];

    private string State => _folder["state"];

    private string Marks => _folder["marks"];

    private BatchFolder Batch => new(Path.Combine(State, "batches", Key));

    public void Dispose() => _folder.Dispose();

    [UnixFact]
    public async Task A_job_that_runs_on_is_adopted_with_its_log()
    {
        var spec = Specs.Batch(Key, Specs.Job(1, $"echo before; touch '{_folder["running"]}'; until [ -e '{_folder["go"]}' ]; do sleep 0.01; done; echo after; exit 5"), Specs.Job(2, "true", 1));
        await KillHostWhenRunningAsync(spec);

        await using var engine = await OpenAsync();
        (await engine.JobAsync(Key, 1)).State.ShouldBe(JobState.Running);
        var log = engine.LogAsync(Key, 1, follow: true);
        await File.WriteAllTextAsync(_folder["go"], "");

        (await engine.EndAsync(Key)).State.ShouldBe(BatchState.Failed);
        (await engine.JobAsync(Key, 1)).ShouldSatisfyAllConditions(job => job.ExitCode.ShouldBe(5), job => job.Attempts.ShouldBe(1));
        (await log).ShouldBe("before\nafter\n");
    }

    [UnixFact]
    public async Task A_job_that_ended_meanwhile_has_its_exit_code_and_its_time()
    {
        var spec = Specs.Batch(Key, Specs.Job(1, $"touch '{_folder["running"]}'; until [ -e '{_folder["go"]}' ]; do sleep 0.01; done; exit 5"));
        await KillHostWhenRunningAsync(spec);
        await File.WriteAllTextAsync(_folder["go"], "");
        var exit = Path.Combine(Batch.Attempt(1, 1).Path, "exit");
        await UntilAsync(() => Batch.Attempt(1, 1).ReadExit() is not null);

        await using var engine = await OpenAsync();
        await engine.EndAsync(Key);

        var job = await engine.JobAsync(Key, 1);
        (job.State, job.ExitCode, job.Attempts).ShouldBe((JobState.Failed, 5, 1));
        job.FinishedAt!.Value.ToUnixTimeMilliseconds().ShouldBe(new DateTimeOffset(File.GetLastWriteTimeUtc(exit)).ToUnixTimeMilliseconds());
    }

    [UnixFact]
    public async Task A_job_that_was_killed_too_is_lost_and_tried_again_if_it_may()
    {
        var spec = Specs.Batch(Key,
            Specs.Job(1, $"echo 1 >> '{Marks}'; if [ -e '{_folder["running"]}' ]; then exit 0; fi; touch '{_folder["running"]}'; sleep 600") with { Attempts = 2 },
            Specs.Job(2, $"touch '{_folder["second"]}'; sleep 600"));
        await KillHostWhenRunningAsync(spec, "running", "second");
        foreach (var job in new[] { 1, 2 })
        {
            var claim = Batch.Attempt(job, 1).ReadClaim().Process!;
            new PosixJobProcesses().Stop(claim.Pid, force: true);
            await UntilAsync(() => new PosixJobProcesses().IsAlive(claim) == false);
        }

        await using var engine = await OpenAsync();
        await engine.EndAsync(Key);

        (await engine.JobAsync(Key, 1)).ShouldSatisfyAllConditions(job => job.State.ShouldBe(JobState.Succeeded), job => job.Attempts.ShouldBe(2));
        (await engine.JobAsync(Key, 2)).ShouldSatisfyAllConditions(job => job.State.ShouldBe(JobState.Failed), job => job.Reason!.ShouldStartWith(EngineCodes.AttemptLost));
    }

    [UnixFact]
    public async Task Only_the_watching_shell_was_killed_so_what_it_started_is_ended_before_the_job_counts_as_lost()
    {
        await KillHostWhenRunningAsync(Specs.Batch(Key, Specs.Job(1, $"echo $BASHPID > '{Marks}'; touch '{_folder["running"]}'; sleep 600")));
        var claim = Batch.Attempt(1, 1).ReadClaim().Process!;
        _ = Libc.Kill(claim.Pid, Libc.SignalKill);
        await UntilAsync(() => new PosixJobProcesses().IsAlive(claim) == false);

        await using var engine = await OpenAsync();

        (await engine.EndAsync(Key)).State.ShouldBe(BatchState.Failed);
        var left = int.Parse(await File.ReadAllTextAsync(Marks), CultureInfo.InvariantCulture);
        await UntilAsync(() => !ProcStat.TryRead(left, out var stat) || stat.State == 'Z');
    }

    [UnixFact]
    public async Task An_adopted_job_can_be_cancelled_and_its_time_limit_goes_on()
    {
        var spec = Specs.Batch(Key, Specs.Job(1, $"touch '{_folder["running"]}'; sleep 600"), Specs.Job(2, $"touch '{_folder["second"]}'; sleep 600") with { Timeout = TimeSpan.FromSeconds(1) });
        await KillHostWhenRunningAsync(spec, "running", "second");

        await using var engine = await OpenAsync();
        await engine.UntilAsync(Key, batch => batch.Jobs.Failed == 1);
        await engine.CancelAsync(Key, "test", CancellationToken.None);
        await engine.EndAsync(Key);

        (await engine.JobAsync(Key, 1)).State.ShouldBe(JobState.Cancelled);
        (await engine.JobAsync(Key, 2)).Reason!.ShouldStartWith(EngineCodes.TimeLimitExceeded);
    }

    [UnixFact]
    public async Task A_claim_of_another_boot_or_of_a_reused_process_id_is_not_believed()
    {
        // This very process has the id that the claims name, and must survive.
        ProcStat.TryRead(Environment.ProcessId, out var self).ShouldBeTrue();
        var boot = new PosixJobProcesses().Boot;
        await WriteBatchAsync(Specs.Batch(Key, Specs.Job(1, "true"), Specs.Job(2, "true")));
        WriteAttempt(1, $"{self.Pid}\t{self.Start}\tanother-boot\tend\n");
        WriteAttempt(2, $"{self.Pid}\t1\t{boot}\tend\n");

        await using var engine = await OpenAsync();
        await engine.EndAsync(Key);

        (await engine.JobAsync(Key, 1)).Reason!.ShouldContain("started anew");
        (await engine.JobAsync(Key, 2)).Reason!.ShouldContain("without a trace");
    }

    [UnixFact]
    public async Task A_wrapper_that_comes_late_finds_its_claim_taken_and_runs_nothing()
    {
        var attempt = new AttemptFolder(_folder["1-1"], _folder["work"]);
        attempt.TryVoid().ShouldBeTrue();
        attempt.TryVoid().ShouldBeFalse();
        await File.WriteAllTextAsync(attempt.Script, $"touch '{Marks}'\n");
        Directory.CreateDirectory(attempt.Work);
        var processes = new PosixJobProcesses();

        var late = processes.Start(new JobProcessStart("/bin/bash", [.. Wrapper.BashArguments, Wrapper.Text, attempt.Script, attempt.Work, processes.Boot], new Dictionary<string, string>(), attempt.Log));
        late.Wait();

        late.Reap().ExitCode.ShouldBe(Wrapper.NotClaimed);
        File.Exists(Marks).ShouldBeFalse();
        attempt.ReadClaim().State.ShouldBe(ClaimState.Void);
    }

    [UnixTheory]
    [InlineData("")]
    [InlineData("123\t45")]
    [InlineData("123\t45\tboot\ten")]
    public async Task A_half_written_claim_without_a_process_is_lost_not_run_again(string claim)
    {
        await WriteBatchAsync(Specs.Batch(Key, Specs.Job(1, $"touch '{Marks}'")));
        WriteAttempt(1, claim);

        await using var engine = await OpenAsync();
        await engine.EndAsync(Key);

        (await engine.JobAsync(Key, 1)).Reason!.ShouldStartWith(EngineCodes.AttemptLost);
        File.Exists(Marks).ShouldBeFalse();
    }

    [UnixFact]
    public async Task Damage_in_the_journal_is_reported_and_no_job_runs_again()
    {
        var spec = MarkingBatch(5, ":");
        await using (var engine = await OpenAsync()) await engine.RunAsync(spec);
        File.Delete(Batch.SummaryFile);
        // Every record but the first loses a byte; the files of the attempts still tell everything.
        var lines = await File.ReadAllLinesAsync(Batch.JournalFile);
        await File.WriteAllTextAsync(Batch.JournalFile, string.Concat(lines.Select((line, i) => (i == 0 ? line : "x" + line[1..]) + "\n")));

        await ShouldEndWithEveryJobRunOnceAsync(spec);

        _reports.ShouldContain(problem => problem.Code == EngineCodes.JournalDamaged && problem.File == Batch.JournalFile);
    }

    /// <summary>hail-batch spec §7, fact 68: a batch that was being accepted when its host died was never there.</summary>
    [UnixFact]
    public async Task What_was_not_accepted_as_a_whole_is_not_there()
    {
        var half = Directory.CreateDirectory(Path.Combine(State, "incoming", "half")).FullName;
        await File.WriteAllTextAsync(Path.Combine(half, "spec.json"), JsonSerializer.Serialize(Specs.Batch("b", Specs.Job(1, "true")), ContractsJson.Default.BatchSpec));

        await using var engine = await OpenAsync();

        (await engine.GetAsync("b", CancellationToken.None)).ShouldBeNull();
        Directory.Exists(half).ShouldBeFalse();
        (await engine.RunAsync(Specs.Batch("b", Specs.Job(1, "true")))).State.ShouldBe(BatchState.Succeeded);
    }

    [UnixFact]
    public async Task A_batch_that_cannot_be_read_is_reported_and_the_others_go_on()
    {
        await using (var engine = await OpenAsync()) await engine.RunAsync(MarkingBatch(1, ":"));
        Directory.CreateDirectory(Path.Combine(State, "batches", "broken"));
        await File.WriteAllTextAsync(Path.Combine(State, "batches", "broken", "spec.json"), "{");

        await using var again = await OpenAsync();

        (await again.GetAsync(Key, CancellationToken.None))!.State.ShouldBe(BatchState.Succeeded);
        _reports.ShouldHaveSingleItem().Code.ShouldBe(EngineCodes.BatchUnreadable);
    }

    [UnixFact]
    public async Task What_a_job_of_a_dead_host_made_is_delivered_and_what_it_used_is_known()
    {
        var work = $"touch '{_folder["running"]}'; until [ -e '{_folder["go"]}' ]; do :; done; echo made > \"$BATCH_TMPDIR/out\"";
        await KillHostWhenRunningAsync(Specs.Batch(Key, Specs.Job(1, work) with { OutputFiles = [new("out", _folder["delivered"])] }));

        await using var engine = await OpenAsync();
        // Long enough for a look at what it uses.
        await Task.Delay(TimeSpan.FromSeconds(1.5));
        await File.WriteAllTextAsync(_folder["go"], "");

        (await engine.EndAsync(Key)).State.ShouldBe(BatchState.Succeeded);
        (await File.ReadAllTextAsync(_folder["delivered"])).ShouldBe("made\n");
        var job = await engine.JobAsync(Key, 1);
        job.CpuMilliseconds!.Value.ShouldBeGreaterThan(100);
        job.PeakMemoryBytes!.Value.ShouldBeGreaterThan(1 << 20);
    }

    [UnixFact]
    public async Task What_a_job_made_that_ended_without_a_host_is_delivered_by_the_next()
    {
        var work = $"touch '{_folder["running"]}'; until [ -e '{_folder["go"]}' ]; do sleep 0.01; done; echo made > \"$BATCH_TMPDIR/out\"";
        await KillHostWhenRunningAsync(Specs.Batch(Key, Specs.Job(1, work) with { OutputFiles = [new("out", _folder["delivered"])] }));
        await File.WriteAllTextAsync(_folder["go"], "");
        await UntilAsync(() => Batch.Attempt(1, 1).ReadExit() is not null);
        File.Exists(_folder["delivered"]).ShouldBeFalse();

        await using var engine = await OpenAsync();

        (await engine.EndAsync(Key)).State.ShouldBe(BatchState.Succeeded);
        (await File.ReadAllTextAsync(_folder["delivered"])).ShouldBe("made\n");
    }

    private BatchSpec MarkingBatch(int jobs, string command) => Specs.Batch(Key, [.. Enumerable.Range(1, jobs).Select(id =>
        Specs.Job(id, $"echo {id} >> '{Marks}'; {command}", id > 5 ? [id - 5] : []))]);

    private async Task ShouldEndWithEveryJobRunOnceAsync(BatchSpec spec)
    {
        await using (var engine = await OpenAsync())
        {
            await engine.SubmitAsync(spec, CancellationToken.None);
            (await engine.EndAsync(Key)).State.ShouldBe(BatchState.Succeeded);
            (await engine.GetJobsAsync(Key, 0, int.MaxValue, CancellationToken.None)).ShouldAllBe(job => job.State == JobState.Succeeded && job.Attempts == 1);
        }
        (await File.ReadAllLinesAsync(Marks)).Select(line => int.Parse(line, CultureInfo.InvariantCulture)).Order().ShouldBe(spec.Jobs.Select(job => job.Id));
        // What the next opening reads is the same.
        await using var again = await OpenAsync();
        (await again.GetAsync(Key, CancellationToken.None))!.Jobs.Succeeded.ShouldBe(spec.Jobs.Count);
    }

    private async Task KillHostWhenRunningAsync(BatchSpec spec, params string[] files)
    {
        if (files.Length == 0) files = ["running"];
        using var host = EngineHost.Start(State, spec);
        (await host.SubmittedAsync()).ShouldBeTrue();
        await UntilAsync(() => files.All(file => File.Exists(_folder[file])));
        await host.KillAsync();
    }

    /// <summary>A batch on the disk whose engine never came to anything.</summary>
    private async Task WriteBatchAsync(BatchSpec spec)
    {
        using (var folder = StateFolder.Open(State)) folder.Create(spec, new BatchAcceptedRecord(DateTimeOffset.UtcNow));
        await using var journal = File.Open(Batch.JournalFile, FileMode.Append);
        foreach (var job in spec.Jobs) await journal.WriteAsync(Journal.Line(new AttemptStarted(DateTimeOffset.UtcNow, job.Id, 1).Write()));
    }

    private void WriteAttempt(int job, string claim)
    {
        Directory.CreateDirectory(Batch.Attempt(job, 1).Path);
        File.WriteAllText(Path.Combine(Batch.Attempt(job, 1).Path, "claim"), claim);
    }

    private Task<LocalEngine> OpenAsync() => LocalEngine.OpenAsync(
        new LocalEngineOptions { Directory = State, MilliCpu = 4000, KillGrace = TimeSpan.FromMilliseconds(300), RetryDelay = TimeSpan.Zero, Report = _reports.Add }, CancellationToken.None);

    /// <summary>Waits for what another process does and nothing tells of.</summary>
    private static async Task UntilAsync(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (!condition()) await Task.Delay(5, patience.Token);
    }
}
