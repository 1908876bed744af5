using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Engines.Local;

namespace AnalysisRunner.Engines.Tests.Local;

/// <summary>Jobs that name an image run in a container of it.</summary>
public sealed class ContainerTests : IClassFixture<ContainerTests.Image>, IDisposable
{
    private readonly Image _image;
    private readonly TemporaryFolder _folder = new();

    public ContainerTests(Image image) => _image = image;

    private LocalEngineOptions Options => new()
    {
        Directory = _folder["state"],
        MilliCpu = 4000,
        KillGrace = TimeSpan.FromSeconds(5),
        Images = ImageRequests.Run,
        Containers = _image.Value.Options,
    };

    public void Dispose() => _folder.Dispose();

    [PodmanFact]
    public async Task A_job_runs_in_its_image_with_its_files_its_variables_and_no_network()
    {
        await File.WriteAllTextAsync(_folder["in put"], "input\n");
        var job = Specs.Job(1, """
            echo "$GREETING"; echo "home $HOME"; cat "$BATCH_TMPDIR/in put"; ls /; [ ! -e /etc/passwd ]
            echo out > "$BATCH_TMPDIR/out"; pwd; ls -A; (exec 9<>/dev/tcp/127.0.0.1/9) 2>/dev/null && echo network; exit 0
            """) with
        {
            Image = PodmanImage.Name,
            Environment = new Dictionary<string, string> { ["GREETING"] = "two\nlines 'quoted'", ["HOME"] = "/tmp", ["PATH"] = "/bin" },
            InputFiles = [new(_folder["in put"], "in put")],
            OutputFiles = [new("out", _folder["delivered"])],
        };
        await using var engine = await LocalEngine.OpenAsync(Options, CancellationToken.None);

        var batch = await engine.RunAsync(Specs.Batch("b", job, Specs.Job(2, "cat \"$BATCH_TMPDIR/out\"", 1)));

        var log = await engine.LogAsync("b", 1);
        batch.State.ShouldBe(BatchState.Succeeded, batch.Reason + log);
        log.ShouldStartWith("two\nlines 'quoted'\nhome /tmp\ninput\n");
        log.ShouldContain($"/{Path.Combine("work", "1-1")}\n");
        log.ShouldNotContain("home\n");
        log.ShouldNotContain("network");
        (await File.ReadAllTextAsync(_folder["delivered"])).ShouldBe("out\n");
        (await engine.LogAsync("b", 2)).ShouldBe("out\n");
    }

    /// <summary>hail-batch spec §7, facts 46 and 47.</summary>
    [PodmanFact]
    public async Task The_exit_code_is_the_scripts_and_an_image_that_is_not_there_has_none()
    {
        await using var engine = await LocalEngine.OpenAsync(Options, CancellationToken.None);

        await engine.RunAsync(Specs.Batch("b", Specs.Job(1, "exit 7") with { Image = PodmanImage.Name }, Specs.Job(2, "true") with { Image = "localhost/not-there:1" }));

        (await engine.JobAsync("b", 1)).ExitCode.ShouldBe(7);
        var absent = await engine.JobAsync("b", 2);
        (absent.State, absent.ExitCode).ShouldBe((JobState.Failed, null));
        absent.Reason!.ShouldStartWith(EngineCodes.ContainerNotStarted);
        absent.Reason!.ShouldContain("\"localhost/not-there:1\"");
        (await engine.LogAsync("b", 2)).ShouldContain("not-there");
    }

    [PodmanFact]
    public async Task An_image_that_was_resolved_runs_whatever_its_name_means_now()
    {
        var job = Specs.Job(1, "echo ran") with { Image = "localhost/moved-away:1", ResolvedImage = _image.Value.Resolved };
        await using var engine = await LocalEngine.OpenAsync(Options, CancellationToken.None);

        await engine.RunAsync(Specs.Batch("b", job));

        (await engine.LogAsync("b", 1)).ShouldBe("ran\n");
        var shown = await engine.JobAsync("b", 1);
        (shown.Image, shown.ResolvedImage).ShouldBe((job.Image, job.ResolvedImage));
    }

    [PodmanFact]
    public async Task A_cancelled_job_leaves_no_container_however_stubborn()
    {
        await using var engine = await LocalEngine.OpenAsync(Options with { KillGrace = TimeSpan.FromSeconds(1) }, CancellationToken.None);
        await engine.SubmitAsync(Specs.Batch("b", Specs.Job(1, "trap '' TERM; echo started; while :; do sleep 1; done") with { Image = PodmanImage.Name }), CancellationToken.None);
        await engine.SeeAsync("b", 1, "started");
        _image.Value.Containers().ShouldHaveSingleItem();

        await engine.CancelAsync("b", "test", CancellationToken.None);

        (await engine.EndAsync("b")).State.ShouldBe(BatchState.Cancelled);
        _image.Value.Containers().ShouldBeEmpty();
    }

    /// <summary>Made by the first test that runs, so that where all are skipped nothing is made.</summary>
    public sealed class Image : IDisposable
    {
        private readonly Lazy<PodmanImage> _image = new();

        internal PodmanImage Value => _image.Value;

        public void Dispose()
        {
            if (_image.IsValueCreated) _image.Value.Dispose();
        }
    }
}
