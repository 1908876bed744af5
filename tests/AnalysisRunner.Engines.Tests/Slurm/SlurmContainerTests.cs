using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Engines.Local;
using AnalysisRunner.Engines.Local.Isolation;
using AnalysisRunner.Engines.Slurm;
using AnalysisRunner.Engines.Tests.Local;
using AnalysisRunner.Tests.Shared;

namespace AnalysisRunner.Engines.Tests.Slurm;

/// <summary>Jobs of a cluster that name an image: real containers by podman, and the command line of apptainer by a stand-in that writes it down.</summary>
[Collection(SlurmTests.Name)]
public sealed class SlurmContainerTests(SlurmFixture cluster) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private SlurmEngineOptions Options => new()
    {
        Directory = _folder["state"],
        ShortestPoll = TimeSpan.FromMilliseconds(50),
        LongestPoll = TimeSpan.FromMilliseconds(250),
        VisibilityLimit = TimeSpan.FromMilliseconds(300),
        KillGrace = TimeSpan.FromMilliseconds(300),
        Images = ImageRequests.Run,
    };

    public void Dispose() => _folder.Dispose();

    [SlurmAndPodmanFact]
    public async Task A_job_runs_in_its_image_with_its_variables_and_folders_and_is_ended_with_its_container()
    {
        File.Exists(cluster.Configuration).ShouldBeTrue();
        using var image = new PodmanImage();
        await using var engine = await SlurmEngine.OpenAsync(Options with { Containers = image.Options }, CancellationToken.None);
        var job = Specs.Job(1, "") with { Image = PodmanImage.Name, MilliCpu = 500 };
        var hostile = "it's $(touch x) \"y\"\n\\z";

        var batch = await engine.RunAsync(Specs.Batch("b",
            job with { Command = "[ ! -e /usr/bin/podman ]\npwd\nprintf '%s|' \"$V\" \"$LINENO\"\necho made > \"$BATCH_TMPDIR/out\"", Environment = new Dictionary<string, string> { ["V"] = hostile, ["PATH"] = "/bin" }, Outputs = ["out"] },
            job with { Id = 2, Command = "cat \"$BATCH_TMPDIR/out\"; exit 7", Parents = [1] },
            job with { Id = 3, Command = "sleep 600", Timeout = TimeSpan.FromSeconds(1) },
            job with { Id = 4, Image = "localhost/no-such-image:1", Command = "true" }));

        batch.State.ShouldBe(BatchState.Failed);
        (await engine.LogAsync("b", 1)).ShouldBe($"{_folder["state"]}/batches/b/work/1-1\n{hostile}|3|");
        (await engine.JobAsync("b", 1)).State.ShouldBe(JobState.Succeeded);
        ((await engine.JobAsync("b", 2)).ExitCode, await engine.LogAsync("b", 2)).ShouldBe((7, "made\n"));
        (await engine.JobAsync("b", 3)).Reason!.ShouldStartWith(EngineCodes.TimeLimitExceeded);
        (await engine.JobAsync("b", 4)).Reason!.ShouldStartWith(EngineCodes.ContainerNotStarted);
        image.Containers().ShouldBeEmpty();
    }

    [SlurmFact]
    public async Task Apptainer_is_started_in_its_own_words()
    {
        var program = Path.Combine(Directory.CreateDirectory(_folder["bin"]).FullName, "apptainer");
        // What it is told, and then the script, as the last six words say.
        await File.WriteAllTextAsync(program, $"#!/bin/bash\nprintf '%s\\n' \"$@\" > '{_folder["words"]}'\nexec \"${{@: -6}}\"\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(program, (UnixFileMode)0b111_101_101);
        await using var engine = await SlurmEngine.OpenAsync(Options with { Containers = new ContainerOptions { Program = program, GlobalArguments = ["--quiet"] } }, CancellationToken.None);

        await engine.RunAsync(Specs.Batch("b", Specs.Job(1, "echo \"$V\"; exit 3") with { Image = "debian:12", Environment = new Dictionary<string, string> { ["V"] = "value" } }));

        ((await engine.JobAsync("b", 1)).ExitCode, await engine.LogAsync("b", 1)).ShouldBe((3, "value\n"));
        var batch = $"{_folder["state"]}/batches/b";
        (await File.ReadAllLinesAsync(_folder["words"])).ShouldBe([
            "--quiet", "exec", "--contain", "--pid", "--ipc", "--bind", $"{batch}/scratch:{batch}/scratch", "--bind", $"{batch}/work/1-1:{batch}/work/1-1", "--bind", $"{batch}/work/1-1.script:{batch}/work/1-1.script:ro",
            "--pwd", $"{batch}/work/1-1", "--net", "--network", "none", "docker://debian:12", "bash", "--noprofile", "--norc", "-euo", "pipefail", $"{batch}/work/1-1.script"]);
    }

    [Theory]
    [InlineData("/images/tool.sif", "/images/tool.sif")]
    [InlineData("oras://host/tool:1", "oras://host/tool:1")]
    [InlineData("host/tool:1", "docker://host/tool:1")]
    public void An_image_is_a_file_or_comes_from_a_registry(string image, string source)
    {
        var command = new ContainerCommand(new ContainerOptions(), "singularity");
        command.Run(Specs.Job(1, "") with { Image = "host/tool:moved", ResolvedImage = image }, "name", "/s", "/w", "/w.script").ShouldContain(source);

        command.Run(Specs.Job(1, "") with { Image = image, Network = true }, "name", "/s", "/w", "/w.script").ShouldContain(source);
        command.Kill("name").ShouldBeNull("it ends with the program");
    }
}

/// <summary>A test that needs a cluster and containers.</summary>
public sealed class SlurmAndPodmanFactAttribute : FactAttribute
{
    public SlurmAndPodmanFactAttribute() => Skip = SlurmTestCluster.Missing ?? PodmanImage.Missing;
}
