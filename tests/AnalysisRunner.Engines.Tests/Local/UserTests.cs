using System.Runtime.Versioning;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Engines.Local;
using AnalysisRunner.Tests.Shared;

namespace AnalysisRunner.Engines.Tests.Local;

/// <summary>Jobs that are another user of the operating system than the engine.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class UserTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly OsUsers _users = new();

    public UserTests()
    {
        // Made for its owner only, and the jobs' users have to come through.
        if (OsUsers.Available) File.SetUnixFileMode(_folder.Path, File.GetUnixFileMode(_folder.Path) | UnixFileMode.OtherExecute);
    }

    private LocalEngineOptions Options => new() { Directory = _folder["state"], MilliCpu = 4000, KillGrace = TimeSpan.FromSeconds(5) };

    public void Dispose()
    {
        _folder.Dispose();
        _users.Dispose();
    }

    [OsUserFact]
    public async Task Processes_files_and_environment_belong_to_the_user()
    {
        var user = _users.Add();
        await using var engine = await LocalEngine.OpenAsync(Options, CancellationToken.None);

        await engine.RunAsync(As(user, "b", """
            echo "$(id -un) $(id -gn) $(id -Gn)"
            touch here "$TMPDIR/there" "$BATCH_TMPDIR/shared"; stat -c %U:%a here "$TMPDIR" "$TMPDIR/there" "$BATCH_TMPDIR/shared" "$HOME"
            echo "$USER $LOGNAME $GIVEN"
            grep -E '^(CapEff|CapBnd|NoNewPrivs)' /proc/self/status
            """, ("GIVEN", "a b\nc")));

        (await engine.LogAsync("b", 1)).ShouldBe($"""
            {user} {user} {user}
            {user}:644
            {user}:700
            {user}:644
            {user}:644
            {user}:700
            {user} {user} a b
            c
            CapEff:	0000000000000000
            CapBnd:	0000000000000000
            NoNewPrivs:	1

            """.ReplaceLineEndings("\n"));
        await engine.RunAsync(As(user, "c", "echo seen >> /dev/stderr"));
        (await engine.LogAsync("c", 1)).ShouldBe("seen\n");
    }

    [OsUserFact]
    public async Task A_job_sees_no_other_batch_no_record_and_no_process_but_its_own()
    {
        var (one, other) = (_users.Add(), _users.Add());
        await using var engine = await LocalEngine.OpenAsync(Options, CancellationToken.None);
        await engine.SubmitAsync(As(one, "secret", "echo hidden > \"$BATCH_TMPDIR/x\"; echo ready; sleep 600", ("KEY", "hidden")), CancellationToken.None);
        await engine.SeeAsync("secret", 1, "ready");
        var batches = Path.Combine(_folder["state"], "batches");

        await engine.RunAsync(As(other, "b", $"""
            set +e
            ls {batches}; ls {batches}/secret; ls {batches}/secret/attempts
            cat {batches}/secret/spec.json {batches}/secret/scratch/x {batches}/secret/attempts/1-1/script {batches}/secret/attempts/1-1/environment {batches}/secret/attempts/1-1/log
            cat {batches}/b/spec.json {batches}/b/journal; rm -f {batches}/b/attempts/1-1/claim; touch {batches}/b/attempts/1-1/x {batches}/b/x
            cat /proc/*/environ | tr '\0' '\n' | grep KEY=; grep -l "6[0]0" /proc/[0-9]*/cmdline
            kill -9 -1; true
            """));

        var log = await engine.LogAsync("b", 1);
        log.ShouldNotContain("hidden", Case.Sensitive, log);
        log.ShouldNotContain("KEY=");
        log.ShouldNotContain("/cmdline\n");
        log.Split("Permission denied").Length.ShouldBe(15, log);
        (await engine.JobAsync("secret", 1)).State.ShouldBe(JobState.Running);
        await engine.CancelAsync("secret", "test", CancellationToken.None);
        await engine.EndAsync("secret");
    }

    [OsUserFact]
    public async Task What_a_job_names_is_read_and_written_with_the_rights_of_its_user()
    {
        var user = _users.Add();
        var secret = _folder["secret"];
        await File.WriteAllTextAsync(secret, "secret");
        File.SetUnixFileMode(secret, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var own = Directory.CreateDirectory(_folder["own"]).FullName;
        Command("chown", user, own);
        await using var engine = await LocalEngine.OpenAsync(Options, CancellationToken.None);

        await engine.RunAsync(Specs.Batch(
            "b",
            Specs.Job(1, "echo fine > \"$BATCH_TMPDIR/out\"") with { OutputFiles = [new("out", Path.Combine(own, "out1"))] },
            // A link where the engine reads, and a place where only the engine may write.
            Specs.Job(2, $"ln -s {secret} \"$BATCH_TMPDIR/link\"") with { OutputFiles = [new("link", Path.Combine(own, "out2"))] },
            Specs.Job(3, "echo mine > \"$BATCH_TMPDIR/three\"") with { OutputFiles = [new("three", secret)] },
            Specs.Job(4, "cat \"$BATCH_TMPDIR/in\"") with { InputFiles = [new(secret, "in")] }) with
        { Identity = new() { User = user } });

        (await File.ReadAllTextAsync(Path.Combine(own, "out1"))).ShouldBe("fine\n");
        (await engine.JobAsync("b", 2)).Reason.ShouldNotBeNull().ShouldContain(EngineCodes.OutputNotDelivered);
        File.Exists(Path.Combine(own, "out2")).ShouldBeFalse();
        (await engine.JobAsync("b", 3)).Reason.ShouldNotBeNull().ShouldContain(EngineCodes.OutputNotDelivered);
        (await File.ReadAllTextAsync(secret)).ShouldBe("secret");
        (await engine.JobAsync("b", 4)).State.ShouldBe(JobState.Failed);
        (await engine.LogAsync("b", 4)).ShouldNotContain("secret\n");
        Command("stat", "-c", "%U", Path.Combine(own, "out1")).ShouldBe(user);
    }

    [OsUserFact]
    public async Task Nothing_that_a_job_chooses_runs_as_root()
    {
        var user = _users.Add();
        var library = _folder["evil.sh"];
        await File.WriteAllTextAsync(library, $"id -u >> {_folder["who"]}\n");
        await File.WriteAllTextAsync(_folder["who"], "");
        File.SetUnixFileMode(_folder["who"], (UnixFileMode)0b110_110_110);
        File.SetUnixFileMode(library, (UnixFileMode)0b111_101_101);
        await using var engine = await LocalEngine.OpenAsync(Options, CancellationToken.None);

        await engine.RunAsync(As(user, "b", "bash -c true; echo \"$LD_PRELOAD\"", ("BASH_ENV", library), ("LD_PRELOAD", _folder["absent.so"]), ("PATH", $"{_folder.Path}:/usr/bin:/bin")));

        (await engine.LogAsync("b", 1)).ShouldContain("absent.so' from LD_PRELOAD cannot be preloaded");
        (await File.ReadAllTextAsync(_folder["who"])).ShouldNotContain("\n0\n");
        (await File.ReadAllTextAsync(_folder["who"])).ShouldStartWith(Command("id", "-u", user));
    }

    [OsUserFact]
    public async Task What_left_its_session_ends_with_its_job_and_a_stopped_job_can_clean_up()
    {
        var user = _users.Add();
        await using var engine = await LocalEngine.OpenAsync(Options, CancellationToken.None);
        var mark = Guid.NewGuid().ToString("N");

        await engine.RunAsync(As(user, "left", $"setsid bash -c 'exec -a {mark} sleep 600' & disown; sleep 0.2; exit 3"));
        (await engine.JobAsync("left", 1)).ExitCode.ShouldBe(3);
        Command("pgrep", "-f", mark).ShouldBeEmpty();

        await engine.SubmitAsync(As(user, "stopped", "trap 'echo cleaned; exit 9' TERM; echo ready; while :; do sleep 0.1; done"), CancellationToken.None);
        await engine.SeeAsync("stopped", 1, "ready");
        await engine.CancelAsync("stopped", "test", CancellationToken.None);
        (await engine.EndAsync("stopped")).State.ShouldBe(BatchState.Cancelled);
        (await engine.LogAsync("stopped", 1)).ShouldEndWith("cleaned\n");
    }

    [OsUserFact]
    public async Task Folders_of_users_are_deleted_with_their_batch()
    {
        var user = _users.Add();
        await using var engine = await LocalEngine.OpenAsync(Options with { Scratch = ScratchRetention.UntilForgotten }, CancellationToken.None);
        await engine.RunAsync(As(user, "b", $"mkdir -p d/e; touch d/e/f; chmod 500 d/e; chmod 000 d; ln -s {_folder.Path} link; touch \"$BATCH_TMPDIR/x\""));
        await engine.ForgetAsync("b", CancellationToken.None);
        Directory.EnumerateDirectories(Path.Combine(_folder["state"], "batches")).ShouldBeEmpty();
        Directory.EnumerateFileSystemEntries(Path.Combine(_folder["state"], "incoming")).ShouldBeEmpty();
        Directory.Exists(_folder.Path).ShouldBeTrue();
    }

    [OsUserFact]
    public async Task What_cannot_be_given_is_refused()
    {
        var user = _users.Add();
        await using var engine = await LocalEngine.OpenAsync(Options, CancellationToken.None);
        async Task<string> Refusal(JobIdentity identity, JobSpec? job = null) => (await Should.ThrowAsync<AnalysisRunnerException>(
            engine.SubmitAsync(Specs.Batch("r", job ?? Specs.Job(1, "true")) with { Identity = identity }, CancellationToken.None))).Problems[0].Code;

        (await Refusal(new() { User = "root" })).ShouldBe(IdentityCodes.UserNotUsable);
        (await Refusal(new() { User = "nobody-has-this-name" })).ShouldBe(IdentityCodes.UserNotUsable);
        (await Refusal(new() { User = user, S3Role = "arn:aws:iam::1:role/x" })).ShouldBe(IdentityCodes.KindNotSupported);
        (await Refusal(new() { GcsServiceAccount = "x@y.iam.gserviceaccount.com" })).ShouldBe(IdentityCodes.KindNotSupported);
        (await Refusal(new() { SlurmUser = "x", SlurmAccount = "y" })).ShouldBe(IdentityCodes.KindNotSupported);
        (await Refusal(new() { User = user }, Specs.Job(1, "true") with { InputFiles = [new("s3://bucket/x", "x")] })).ShouldBe(IdentityCodes.NotWithIdentity);
    }

    private static BatchSpec As(string user, string key, string command, params ReadOnlySpan<(string Name, string Value)> environment) =>
        Specs.Batch(key, Specs.Job(1, command) with { Environment = environment.ToArray().ToDictionary(variable => variable.Name, variable => variable.Value) }) with
        {
            Identity = new JobIdentity { User = user },
        };

    private static string Command(string program, params string[] arguments)
    {
        using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEnd().TrimEnd('\n');
        process.WaitForExit();
        return output;
    }
}
