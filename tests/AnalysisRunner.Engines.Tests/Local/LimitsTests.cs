using System.Diagnostics;
using System.Text;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Engines.Local;

namespace AnalysisRunner.Engines.Tests.Local;

/// <summary>When there is no room, no memory or too much output; and what is left behind.</summary>
public sealed class LimitsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<Problem> _reports = [];
    private string? _mount;
    private string? _controlGroup;

    private LocalEngineOptions Options => new()
    {
        Directory = Path.Combine(_mount is not null && _mount.EndsWith("/mount", StringComparison.Ordinal) ? _mount : _folder.Path, "state"),
        MilliCpu = 4000,
        KillGrace = TimeSpan.FromMilliseconds(300),
        RetryDelay = TimeSpan.Zero,
        LogLimitBytes = 800_000,
        Report = problem => { lock (_reports) _reports.Add(problem); },
    };

    public void Dispose()
    {
        if (_mount is not null) Run("umount", "--lazy", _mount);
        if (_controlGroup is not null) Directory.Delete(_controlGroup);
        _folder.Dispose();
    }

    [RootFact]
    public async Task A_full_disk_is_the_reason_and_the_batch_goes_on_when_there_is_room_again()
    {
        Mount("size=4m");
        await using var engine = await LocalEngine.OpenAsync(Options, CancellationToken.None);

        var batch = await engine.RunAsync(Specs.Batch("b",
            Specs.Job(1, "head -c 100M /dev/zero > \"$BATCH_TMPDIR/large\""),
            Specs.Job(2, "true", 1) with { AlwaysRun = true },
            Specs.Job(3, "rm \"$BATCH_TMPDIR/large\"", 2) with { AlwaysRun = true }));

        batch.State.ShouldBe(BatchState.Failed);
        var full = await engine.JobAsync("b", 1);
        full.Reason!.ShouldStartWith(EngineCodes.ScratchFull);
        full.Reason!.ShouldContain("exit code 1");
        // The engine itself could not even make the folder of the next job.
        var unstarted = await engine.JobAsync("b", 2);
        unstarted.Reason!.ShouldStartWith(EngineCodes.AttemptNotStarted);
        unstarted.Reason!.ShouldContain("No space left on device");
        File.Delete(Path.Combine(Options.Directory, "batches/b/scratch/large"));
        (await engine.RunAsync(Specs.Batch("later", Specs.Job(1, "true")))).State.ShouldBe(BatchState.Succeeded);
    }

    [RootTheory]
    [InlineData("scratch")]
    [InlineData("work")]
    public async Task A_scratch_folder_that_cannot_be_written_is_the_reason(string folder)
    {
        await using var engine = await LocalEngine.OpenAsync(Options, CancellationToken.None);
        await engine.SubmitAsync(Specs.Batch("b", Specs.Job(1, $"until [ -e '{_folder["go"]}' ]; do sleep 0.01; done"), Specs.Job(2, "true", 1)), CancellationToken.None);
        await engine.UntilAsync("b", batch => batch.Jobs.Running == 1);
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (!File.Exists(Path.Combine(Options.Directory, "batches/b/attempts/1-1/claim"))) await Task.Delay(5, patience.Token);

        _mount = Path.Combine(Options.Directory, "batches/b", folder);
        Run("mount", "--bind", _mount, _mount);
        Run("mount", "-o", "remount,ro,bind", _mount);
        await File.WriteAllTextAsync(_folder["go"], "");
        await engine.EndAsync("b");
        Run("umount", "--lazy", _mount);
        _mount = null;

        var job = await engine.JobAsync("b", 2);
        (job.State, job.ExitCode).ShouldBe((JobState.Failed, null));
        job.Reason!.ShouldStartWith(EngineCodes.AttemptNotStarted);
        job.Reason!.ShouldContain("Read-only file system");
    }

    /// <summary>hail-batch spec §7, fact 50.</summary>
    [ControlGroupFact]
    public async Task A_job_that_the_kernel_ends_for_lack_of_memory_says_so()
    {
        _controlGroup = Directory.CreateDirectory(Path.Combine(ControlGroupFactAttribute.Memory, "engine-tests-" + Guid.NewGuid().ToString("N")[..8])).FullName;
        await File.WriteAllTextAsync(Path.Combine(_controlGroup, "memory.limit_in_bytes"), "20000000");
        await using var engine = await LocalEngine.OpenAsync(Options, CancellationToken.None);

        await engine.RunAsync(Specs.Batch("b", Specs.Job(1, $"echo $BASHPID > '{_controlGroup}/cgroup.procs'; head -c 200M /dev/zero | tail > /dev/null"), Specs.Job(2, "kill -9 $BASHPID", 1) with { AlwaysRun = true }));

        var starved = await engine.JobAsync("b", 1);
        starved.OutOfMemory.ShouldBeTrue(starved.Reason);
        starved.Reason!.ShouldStartWith(EngineCodes.OutOfMemory);
        (await engine.GetAttemptsAsync("b", 1, CancellationToken.None))[0].OutOfMemory.ShouldBeTrue();
        // KILL alone is no lack of memory.
        (await engine.JobAsync("b", 2)).ShouldSatisfyAllConditions(job => job.OutOfMemory.ShouldBeFalse(), job => job.ExitCode.ShouldBe(137));
    }

    [UnixFact]
    public async Task A_log_keeps_its_first_and_its_last_part()
    {
        await using var engine = await LocalEngine.OpenAsync(Options, CancellationToken.None);

        await engine.RunAsync(Specs.Batch("b", Specs.Job(1, "printf 'first \\xff\\n'; seq 1000000; echo last")));

        var log = await engine.LogBytesAsync("b", 1);
        log.Length.ShouldBeInRange(800_000, 1_000_000);
        log[..8].ShouldBe([.. "first "u8, 0xff, (byte)'\n']);
        var text = Encoding.UTF8.GetString(log);
        text.ShouldContain("analysis-runner: this log is longer than 800000 bytes");
        text.ShouldEndWith("\n1000000\nlast\n");
    }

    [UnixFact]
    public async Task A_log_is_kept_small_while_its_job_runs_and_is_still_followed_to_its_end()
    {
        await using var engine = await LocalEngine.OpenAsync(Options, CancellationToken.None);
        await engine.SubmitAsync(Specs.Batch("b", Specs.Job(1, $"seq 1000000; until [ -e '{_folder["go"]}' ]; do sleep 0.01; done; echo last")), CancellationToken.None);
        var followed = engine.LogAsync("b", 1, follow: true);
        var file = new FileInfo(Path.Combine(Options.Directory, "batches/b/attempts/1-1/log"));
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        for (var grown = false; !grown || file.Length > 1_000_000; file.Refresh())
        {
            grown |= file.Exists && file.Length > 100_000;
            await Task.Delay(5, patience.Token);
        }

        await File.WriteAllTextAsync(_folder["go"], "");

        (await engine.EndAsync("b")).State.ShouldBe(BatchState.Succeeded);
        (await followed).ShouldEndWith("last\n");
    }

    [UnixTheory]
    [InlineData(ScratchRetention.UntilSuccess, "exit 0", false)]
    [InlineData(ScratchRetention.UntilSuccess, "exit 1", true)]
    [InlineData(ScratchRetention.UntilEnd, "exit 1", false)]
    [InlineData(ScratchRetention.UntilForgotten, "exit 0", true)]
    public async Task Scratch_stays_as_long_as_the_policy_says(ScratchRetention policy, string end, bool stays)
    {
        await using (var engine = await LocalEngine.OpenAsync(Options with { Scratch = policy }, CancellationToken.None))
        {
            await engine.RunAsync(Specs.Batch("b", Specs.Job(1, $"touch \"$BATCH_TMPDIR/file\" here; {end}")));
            (await engine.LogAsync("b", 1)).ShouldBeEmpty();
        }

        // Closed, so that what follows the end is done as well.
        Path.Exists(Path.Combine(Options.Directory, "batches/b/scratch/file")).ShouldBe(stays);
        Path.Exists(Path.Combine(Options.Directory, "batches/b/work/1-1/here")).ShouldBe(stays);
    }

    private void Mount(string options)
    {
        Directory.CreateDirectory(_folder["mount"]);
        Run("mount", "-t", "tmpfs", "-o", options, "tmpfs", _folder["mount"]);
        _mount = _folder["mount"];
    }

    private static void Run(string program, params ReadOnlySpan<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, [.. arguments]))!;
        process.WaitForExit();
        process.ExitCode.ShouldBe(0, program);
    }
}
