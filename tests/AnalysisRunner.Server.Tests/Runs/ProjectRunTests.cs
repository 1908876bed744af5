using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Tests.Code;
using AnalysisRunner.Server.Tests.Hosting;

namespace AnalysisRunner.Server.Tests.Runs;

public sealed class ProjectRunTests
{
    private const string Project =
        """
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <OutputType>Exe</OutputType>
            <TargetFramework>net10.0</TargetFramework>
            <UseAppHost>false</UseAppHost>
            <Configurations>Debug;Release;Standard</Configurations>
          </PropertyGroup>
        </Project>
        """;

    [GitFact]
    public async Task A_project_is_built_and_run_as_two_recorded_steps_and_a_compile_error_fails_the_build_step()
    {
        await using var runner = await TestRunner.StartAsync();
        runner.Repository.Commit("project", "src/My App/My App.csproj", Project);
        runner.Repository.Commit("data", "src/My App/data.txt", "committed data");
        var good = runner.Repository.Commit(
            "code", "src/My App/Program.cs", "System.Console.WriteLine($\"[{string.Join('|', args)}] {System.IO.File.ReadAllText(\"data.txt\")}\");");
        var request = runner.Request(good) with
        {
            Script = null,
            Project = "src/My App/My App.csproj",
            Configuration = "Standard",
            WorkingDirectory = "src/My App",
            Arguments = ["--name", "a b", "--help", ";"],
        };

        var run = await runner.RunAsync(request);

        var log = await runner.LogAsync(run.ArGuid);
        run.State.ShouldBe(InvocationState.Succeeded, run.Reason + log);
        run.Steps.Select(step => (step.Name, step.ExitCode)).ShouldBe([("checkout", 0), ("build", 0), ("run", 0)]);
        log.ShouldContain("==> build\n");
        log.ShouldContain("==> run\n[--name|a b|--help|;] committed data\n");
        log.ShouldNotContain("telemetry", Case.Insensitive);
        var toolchain = run.Toolchain.ShouldNotBeNull();
        toolchain.Sdk.ShouldNotBeNull().ShouldStartWith("10.");
        toolchain.Runtime.ShouldNotBeNull().ShouldStartWith("10.0.");
        toolchain.Os.ShouldNotBeNull().ShouldContain("Linux");
        toolchain.PackagesSha256.ShouldNotBeNull();
        toolchain.LockFileSha256.ShouldBeNull();

        var broken = await runner.RunAsync(request with { Commit = runner.Repository.Commit("broken", "src/My App/Broken.cs", "this is not C#") });
        broken.State.ShouldBe(InvocationState.Failed);
        broken.Reason.ShouldBe("The step 'build' failed with exit code 1.");
        broken.Steps.Select(step => step.Name).ShouldBe(["checkout", "build"]);
    }

    [GitFact]
    public async Task A_committed_lock_file_is_obeyed_and_one_that_does_not_fit_fails_the_build_step()
    {
        await using var runner = await TestRunner.StartAsync();
        runner.Repository.Commit("project", "app/App.csproj", Project);
        runner.Repository.Commit("code", "app/Program.cs", "System.Console.WriteLine(\"ran\");");
        var request = runner.Request("") with { Script = null, Project = "app/App.csproj", Configuration = "Debug" };

        var fits = await runner.RunAsync(request with
        {
            Commit = runner.Repository.Commit("lock", "app/packages.lock.json", """{ "version": 1, "dependencies": { "net10.0": {} } }"""),
        });
        var stale = await runner.RunAsync(request with
        {
            Commit = runner.Repository.Commit(
                "stale lock",
                "app/packages.lock.json",
                """{ "version": 1, "dependencies": { "net10.0": { "Gone": { "type": "Direct", "requested": "[1.0.0, )", "resolved": "1.0.0", "contentHash": "x" } } } }"""),
        });

        fits.State.ShouldBe(InvocationState.Succeeded, fits.Reason);
        stale.State.ShouldBe(InvocationState.Failed);
        stale.Steps[^1].Name.ShouldBe("build");
        (await runner.LogAsync(stale.ArGuid)).ShouldContain("NU1004");
    }
}
