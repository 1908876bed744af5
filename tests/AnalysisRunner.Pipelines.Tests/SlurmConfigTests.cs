using System.Diagnostics;
using System.Reflection;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Engines.Slurm;
using AnalysisRunner.Pipelines.Hosting;
using AnalysisRunner.Tests.Shared;

namespace AnalysisRunner.Pipelines.Tests;

/// <summary>A program that runs alone, and whose config says that a cluster runs its batches.</summary>
public sealed class SlurmConfigTests(SlurmFixture cluster) : IClassFixture<SlurmFixture>, IAsyncLifetime, IAsyncDisposable
{
    private readonly StringWriter _printed = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("pipelines-tests-").FullName;
    private readonly LocalHost _host = new(_ => null, new ProgressDisplay(TextWriter.Null, null));

    public Task InitializeAsync() => Task.CompletedTask;

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _printed.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [SlurmFact]
    public async Task The_batches_of_a_program_run_on_the_cluster_that_its_config_names()
    {
        File.Exists(cluster.Configuration).ShouldBeTrue();
        await using (var host = Host())
        {
            var batch = Batch.Create("numbers", AnalysisConfig.Parse($"""
                [batch]
                engine = "slurm"
                images = "ignore"

                [batch.slurm]
                directory = "{_folder}/shared"
                partition = "drivers"
                account = "ours"
                options = ["nice=20"]
                """), host, default);
            var first = batch.NewJob("first").Image("debian:12");
            first.Command($"scontrol show job \"$SLURM_JOB_ID\" | grep -oE '(Partition|Account|Nice)=[^ ]+' > {first.Output("out")}");
            batch.NewJob("second").Command($"cat {first["out"]}");

            await batch.RunAsync();
        }

        var printed = _printed.ToString();
        printed.ShouldContain("Running batch numbers on the Slurm cluster: 2 jobs");
        printed.ShouldContain("[first] analysis-runner: the image \"debian:12\" is ignored");
        foreach (var word in new[] { "Partition=drivers", "Account=ours", "Nice=20" }) printed.ShouldContain($"[second] {word}");
        Directory.EnumerateFileSystemEntries(Path.Combine(_folder, "shared")).ShouldBeEmpty("what succeeded leaves nothing");
    }

    [SlurmFact]
    public async Task A_program_that_ends_early_takes_its_jobs_out_of_the_cluster()
    {
        var host = Host();
        var batch = Batch.Create("long", AnalysisConfig.Parse($"[batch]\nengine = \"slurm\"\n[batch.slurm]\ndirectory = \"{_folder}/shared\"\n"), host, default);
        batch.NewJob("running").Command($"touch {Path.Combine(_folder, "runs")}; sleep 600");
        batch.NewJob("waiting").Cpu(100).Command($"sleep 600");
        await batch.RunAsync(wait: false);
        await SlurmTestCluster.UntilAsync(() => Task.FromResult(File.Exists(Path.Combine(_folder, "runs"))));

        await host.DisposeAsync();

        _printed.ToString().ShouldContain("this program ends before it");
        await SlurmTestCluster.UntilAsync(async () => await SlurmTestCluster.RunAsync("squeue", "-h", "-o", "%F") == "");
    }

    /// <summary>Nothing of its code knows of a cluster, and no folder is named: its files go where all nodes see the user's home.</summary>
    [SlurmFact]
    public async Task The_sample_runs_on_the_cluster_as_it_is()
    {
        var config = Path.Combine(_folder, "run.toml");
        await File.WriteAllTextAsync(config, "[hello]\ngreeting = \"Salut\"\n[batch]\nengine = \"slurm\"\n");
        var program = typeof(SlurmConfigTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(metadata => metadata.Key == "HelloProgram").Value!;
        var start = new ProcessStartInfo("dotnet", ["exec", program]) { RedirectStandardOutput = true };
        start.Environment["CPG_CONFIG_PATH"] = config;
        start.Environment["HOME"] = _folder;
        foreach (var variable in new[] { "ANALYSIS_RUNNER_URL", "ANALYSIS_RUNNER_AR_GUID" }) start.Environment.Remove(variable);
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();

        process.ExitCode.ShouldBe(0, output);
        output.ShouldContain("Running batch hello on the Slurm cluster: 2 jobs");
        output.ShouldContain("[second job] Salut, World");
        Directory.Exists(Path.Combine(_folder, ".analysis-runner")).ShouldBeTrue();
    }

    [Theory]
    [InlineData("engine = \"sge\"", EngineCodes.EngineSettingMalformed)]
    [InlineData("engine = \"slurm\"\ncpu = \"4\"", EngineCodes.SettingOfOtherEngine)]
    [InlineData("engine = \"slurm\"\nisolation = \"none\"\nmemory = \"4Gi\"", EngineCodes.SettingOfOtherEngine, EngineCodes.SettingOfOtherEngine)]
    [InlineData("slurm = { partition = \"main\" }", EngineCodes.SettingOfOtherEngine)]
    [InlineData("engine = \"local\"\nslurm = { directory = \"/shared\" }", EngineCodes.SettingOfOtherEngine)]
    public async Task What_fits_no_engine_is_refused(string settings, params string[] codes)
    {
        var batch = Batch.Create("b", AnalysisConfig.Parse("[batch]\n" + settings + "\n"), _host, default);
        batch.NewJob("job").Command($"true");

        var refused = await batch.RunAsync().ShouldThrowAsync<AnalysisRunnerException>();

        refused.Problems.Select(problem => problem.Code).ShouldBe(codes);
    }

    [SlurmFact]
    public async Task What_Slurm_must_not_be_told_is_refused()
    {
        var batch = Batch.Create("b", AnalysisConfig.Parse($"[batch]\nengine = \"slurm\"\n[batch.slurm]\ndirectory = \"{_folder}/shared\"\npartition = \"main --wrap=x\"\noptions = [\"output=/etc/passwd\"]\n"), _host, default);
        batch.NewJob("job").Command($"true");

        var refused = await batch.RunAsync().ShouldThrowAsync<AnalysisRunnerException>();

        refused.Problems.Select(problem => problem.Code).ShouldBe([EngineCodes.SlurmOptionMalformed, EngineCodes.SlurmOptionMalformed]);
    }

    private LocalHost Host() => new(
        _ => null, new ProgressDisplay(_printed, null),
        slurmOptions: new SlurmEngineOptions { Directory = "", ShortestPoll = TimeSpan.FromMilliseconds(50), LongestPoll = TimeSpan.FromMilliseconds(250), KillGrace = TimeSpan.FromMilliseconds(300) });
}

/// <summary>One cluster for the tests of a class.</summary>
public sealed class SlurmFixture : SlurmTestCluster, IAsyncLifetime;

/// <summary>A test that needs a cluster.</summary>
public sealed class SlurmFactAttribute : FactAttribute
{
    public SlurmFactAttribute() => Skip = SlurmTestCluster.Missing;
}
