using System.Text.Json;
using AnalysisRunner.Contracts;
using AnalysisRunner.EndToEnd.Tests.Fixtures;

namespace AnalysisRunner.EndToEnd.Tests;

/// <summary>What stands in the way of a submission although its code is committed: each has a code of its own, and nothing is sent.</summary>
public sealed class ObstacleTests
{
    [Fact]
    public async Task Says_which_referenced_project_cannot_be_evaluated()
    {
        await using var analysis = await AnalysisRepository.CreateAsync();
        analysis.Write("library/Library.csproj", "<Project Sdk=\"Microsoft.NET.Sdk\"><PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup></Project>");
        analysis.Edit("analysis/HelloBatch.csproj", "<AnalysisConfig Include", "<ProjectReference Include=\"../library/Library.csproj\" /><AnalysisConfig Include");
        await analysis.CommitAsync("Refer to a library");
        (await analysis.SubmitAsync("-p:AnalysisDryRun=true")).ExitCode.ShouldBe(0);

        analysis.Write("library/Library.csproj", "<Project Sdk=\"Microsoft.NET.Sdk\">\n  <PropertyGroup Condition=\"'\">\n  </PropertyGroup>\n</Project>");
        await analysis.CommitAsync("Break it");
        // A restore would read the project first, and fail with MSBuild's own words.
        (await analysis.SubmitAsync("-p:AnalysisDryRun=true", "--no-restore")).ShouldBeRefused("AR1050", "Library.csproj(2,");
        analysis.State.Runner().ShouldBeNull();
    }

    [Fact]
    public async Task Says_when_the_turn_is_held_or_cannot_be_taken_and_when_the_runner_at_work_speaks_another_api()
    {
        await using var analysis = await AnalysisRepository.CreateAsync();
        (await analysis.BuildAsync()).ExitCode.ShouldBe(0);
        var file = Path.Combine(analysis.Project, "obj", "Debug", "net10.0", "analysis-runner.submission.json");
        await using (new FileStream(file, FileMode.Create, FileAccess.ReadWrite, FileShare.None))
            (await analysis.SubmitAsync("-p:NoBuild=true", "-p:_AnalysisRunnerTurnPatience=0")).ShouldBeRefused("AR1054", file);

        File.Delete(file);
        Directory.CreateDirectory(file);
        (await analysis.SubmitAsync("-p:NoBuild=true")).ShouldBeRefused("AR1055", file);
        (await analysis.State.InvocationsAsync()).ShouldBeEmpty();

        Directory.Delete(file);
        var accepted = await analysis.SubmitAsync("-p:NoBuild=true");
        accepted.ExitCode.ShouldBe(0, accepted.Output);

        // Another runner in the place of the one that was started, which goes on and is put back.
        var (place, runner) = (Path.Combine(analysis.State.Folder, LocalRunnerFile.FileName), analysis.State.Runner().ShouldNotBeNull());
        var own = await File.ReadAllBytesAsync(place);
        await using var other = await TestServer.StartAsync();
        other.Before = context => context.Request.Path == "/api/v1/version" ? TestServer.Version("9.0.0", ServerVersion.ApiLevel + 1, idle: false) : null;
        await File.WriteAllBytesAsync(place, JsonSerializer.SerializeToUtf8Bytes(runner with { Url = $"http://127.0.0.1:{other.Port}" }, ContractsJson.Default.LocalRunnerFile));
        try
        {
            var refused = await analysis.SubmitAsync("-p:NoBuild=true");
            refused.ShouldBeRefused("AR1012", $"process {runner.Pid}");
            refused.ShouldBeRefused("AR1012", "'9.0.0'");
            other.Requests.ShouldAllBe(request => request == "GET /api/v1/version", "nothing was sent, and it was not told to end");
        }
        finally
        {
            await File.WriteAllBytesAsync(place, own);
        }
    }

    [Fact]
    public async Task Says_when_the_bundled_server_is_not_there()
    {
        await using var analysis = await AnalysisRepository.CreateAsync();
        (await analysis.SubmitAsync($"-p:AnalysisRunnerServerDirectory={analysis.State.Folder}/none/")).ShouldBeRefused("AR1011", "AnalysisRunnerServerDirectory");
    }

    [LinuxFact]
    public async Task Says_when_git_fails_and_why()
    {
        await using var analysis = await AnalysisRepository.CreateAsync();
        var folder = Directory.CreateTempSubdirectory("git ").FullName;
        try
        {
            var program = Path.Combine(folder, "git");
            await File.WriteAllTextAsync(program, "#!/bin/sh\necho 'fatal: the disk has a bad sector' >&2\nexit 128\n");
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
            var environment = new Dictionary<string, string>(analysis.State.Environment) { ["PATH"] = folder + Path.PathSeparator + Environment.GetEnvironmentVariable("PATH") };
            await using var submit = Command.Start(
                "dotnet", ["build", analysis.Project, "-t:Submit", "-p:Dataset=fewgenomes", "-p:AnalysisDryRun=true", "-nodeReuse:false", "-tl:off"], analysis.Root, environment);
            new Outcome(await submit.EndAsync(), submit.Output).ShouldBeRefused("AR2018", "bad sector");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData("GenerateAssemblyInfo")]
    [InlineData("EnableAnalysisRunnerStamp")]
    [InlineData("EnableSourceControlManagerQueries")]
    public async Task An_assembly_without_a_stamp_builds_and_cannot_be_submitted(string property)
    {
        await using var analysis = await AnalysisRepository.CreateAsync();
        analysis.Edit("analysis/HelloBatch.csproj", "<Nullable>", $"<{property}>false</{property}><Nullable>");
        // Without the stamp there is no SourceRevision to name.
        analysis.Write("analysis/Program.cs", "System.Console.WriteLine(HelloBatch.HelloConfig.Load().Hello.Greeting);\n");
        await analysis.CommitAsync("No stamp");

        (await analysis.BuildAsync()).ExitCode.ShouldBe(0);

        (await analysis.SubmitAsync()).ShouldBeRefused("AR2006", property);
        analysis.State.Runner().ShouldBeNull("nothing was sent, so nothing was started");
    }
}
