using System.Diagnostics;
using System.Reflection;
using AnalysisRunner.Config;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Engines.Local;
using AnalysisRunner.Pipelines.Hosting;

namespace AnalysisRunner.Pipelines.Tests;

/// <summary>What the config of a program says about its batches and about the engine that runs them where no server does.</summary>
public sealed class EngineSettingsTests : IAsyncLifetime, IAsyncDisposable
{
    private readonly StringWriter _printed = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("pipelines-tests-").FullName;
    private readonly string _configFile;
    private readonly LocalHost _host;
    private bool _hasFile;

    public EngineSettingsTests()
    {
        _configFile = Path.Combine(_folder, "run.toml");
        _host = new LocalHost(name => name == DriverEnvironment.ConfigPath && _hasFile ? _configFile : null, new ProgressDisplay(_printed, null), new LocalEngineOptions { Directory = "" });
    }

    public Task InitializeAsync() => Task.CompletedTask;

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _printed.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [FactWithBash]
    public async Task An_image_is_refused_unless_the_config_says_otherwise()
    {
        var refused = await Image(Batch.Create("refused", _host)).RunAsync().ShouldThrowAsync<AnalysisRunnerException>();

        refused.Problems.Single().Code.ShouldBe(EngineCodes.ImageNotSupported);
    }

    [FactWithBash]
    public async Task The_config_that_a_batch_is_created_with_sets_the_engine_up()
    {
        await Image(Create("ignored", "[batch]\nimages = \"ignore\"\n")).RunAsync();

        _printed.ToString().ShouldContain("[job] analysis-runner: the image \"debian:12\" is ignored");
    }

    [FactWithBash]
    public async Task So_do_the_files_that_the_program_was_given()
    {
        await File.WriteAllTextAsync(_configFile, "[batch]\nimages = \"ignore\"\ncpu = \"500m\"\n");
        _hasFile = true;

        await Image(Batch.Create("ignored", _host)).RunAsync();
        var wide = Batch.Create("wide", _host);
        wide.NewJob("job").Command($"true");
        var refused = await wide.RunAsync().ShouldThrowAsync<AnalysisRunnerException>();

        refused.Problems.Single().Code.ShouldBe(EngineCodes.LargerThanCapacity);
    }

    [FactWithBash]
    public async Task Isolation_that_cannot_be_had_is_refused_and_never_left_out()
    {
        var batch = Create("isolated", "[batch]\nisolation = \"bubblewrap\"\nimages = \"run\"\ncontainers = \"no-such-program\"\n");
        batch.NewJob("job").Command($"true");

        var refused = await batch.RunAsync().ShouldThrowAsync<AnalysisRunnerException>();

        refused.Problems[0].Code.ShouldBe(EngineCodes.IsolationMissing);
    }

    [FactWithBash]
    public async Task Everything_that_is_malformed_is_told()
    {
        var batch = Create("b", "[batch]\nimages = \"yes\"\nmemory = \"much\"\nscratch = \"\"\n");
        batch.NewJob("job").Command($"true");

        var refused = await batch.RunAsync().ShouldThrowAsync<AnalysisRunnerException>();

        refused.Problems.Select(problem => (problem.Code, problem.Field)).ShouldBe(
            [(EngineCodes.EngineSettingMalformed, "memory"), (EngineCodes.EngineSettingMalformed, "images"), (EngineCodes.EngineSettingMalformed, "scratch")]);
        refused.Problems[1].Message.ShouldBe("The engine's setting \"images\" is \"yes\"; give \"refuse\", \"ignore\", \"run\".");
    }

    [FactWithBash]
    public async Task Batches_that_ask_for_different_engines_are_refused()
    {
        var batch = Create("first", "[batch]\nscratch = \"until-end\"\n");
        batch.NewJob("job").Command($"true");
        await batch.RunAsync();
        var same = Create("same", "[batch]\nscratch = \"until-end\"\n");
        same.NewJob("job").Command($"true");
        await same.RunAsync();

        var other = Create("other", "[batch]\nscratch = \"until-success\"\n");
        other.NewJob("job").Command($"true");
        var refused = await other.RunAsync().ShouldThrowAsync<AnalysisRunnerException>();

        refused.Problems.Single().Code.ShouldBe("AR5126");
        refused.Message.ShouldContain("\"first\"");
    }

    [FactWithBash]
    public async Task Two_batches_on_one_core_never_wait_for_each_other()
    {
        const string OneCore = "[batch]\ncpu = \"1\"\n";
        var runs = Enumerable.Range(0, 2).Select(i =>
        {
            var batch = Create($"batch {i}", OneCore);
            var first = batch.NewJob("first");
            first.Command($"echo {i} > {first.Output("out")}");
            for (var job = 0; job < 5; job++) batch.NewJob("next").Command($"cat {first["out"]}");
            return batch.RunAsync();
        }).ToList();

        foreach (var run in runs) (await (await run).WaitAsync()).State.ShouldBe(BatchState.Succeeded);
    }

    [Fact]
    public void A_generated_class_is_a_config_like_any_other()
    {
        var typed = new Typed(AnalysisConfig.Parse("[hail]\ndefault_memory = \"2Gi\"\n[batch]\ncpu = \"3\"\n").Merged);

        var batch = Batch.Create("typed", typed, _host, default);

        batch.NewJob("job").Command($"true").Spec().MemoryBytes.ShouldBe(2L << 30);
        batch.EngineSettings!.Local.Cpu.ShouldBe("3");
        AnalysisConfig.Of(typed).Get<string>("batch", "cpu").ShouldBe("3");
    }

    /// <summary>The sample's class is generated from its schema, which knows nothing of the section that is read here.</summary>
    [FactWithBash]
    public async Task A_program_hands_its_generated_class_to_its_batch()
    {
        await File.WriteAllTextAsync(_configFile, "[hello]\ngreeting = \"Salut\"\n[hail]\ndry_run = true\n");
        var program = typeof(EngineSettingsTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(metadata => metadata.Key == "HelloProgram").Value!;
        var start = new ProcessStartInfo("dotnet", ["exec", program]) { RedirectStandardOutput = true };
        start.Environment["CPG_CONFIG_PATH"] = _configFile;
        foreach (var variable in new[] { "ANALYSIS_RUNNER_URL", "ANALYSIS_RUNNER_AR_GUID" }) start.Environment.Remove(variable);
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();

        process.ExitCode.ShouldBe(0, output);
        output.ShouldContain("Plan of batch \"hello\"");
        output.ShouldContain("echo 'Salut', 'World'");
        output.ShouldNotContain("Running batch");
    }

    private Batch Create(string name, string toml) => Batch.Create(name, AnalysisConfig.Parse(toml), _host, default);

    private static Batch Image(Batch batch)
    {
        batch.NewJob("job").Cpu(0.5).Image("debian:12").Command($"echo ran");
        return batch;
    }

    private sealed class Typed(MergedConfig merged) : IAnalysisConfig
    {
        MergedConfig IAnalysisConfig.Merged { get; } = merged;
    }
}
