namespace AnalysisRunner.Package.Tests;

/// <summary>File-based programs: <c>dotnet run analysis.cs</c> with <c>#:sdk</c>.</summary>
public sealed class FileProgramTests
{
    [FactWithGit]
    public async Task A_file_with_the_sdk_is_stamped_typed_and_can_be_submitted()
    {
        var consumer = await Consumer.EmptyAsync();
        // By default such programs are compiled ahead of time, with packages that an analysis has no use for.
        consumer.Write("my analysis.cs", $"""
            #:sdk AnalysisRunner.Sdk@{Packages.Version}
            #:property PublishAot=false
            Console.WriteLine(AnalysisRunner.SourceRevision.Current.Commit);
            Console.WriteLine(typeof(AnalysisRunner.Pipelines.Batch).Name);

            """);
        var commit = await consumer.CommitAsync();

        var run = await consumer.DotnetAsync(["run", "my analysis.cs"]);
        run.ExitCode.ShouldBe(0, run.Output);
        run.Output.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).ShouldBe([commit, "Batch"]);

        // Its project file exists in memory only: the driver runs the file.
        var submit = await consumer.DotnetAsync(["build", "my analysis.cs", "-t:Submit", "-p:Dataset=fewgenomes", "-p:AnalysisDryRun=true", "-tl:off"]);
        submit.ExitCode.ShouldBe(0, submit.Output);
        submit.Output.ShouldContain("my analysis.cs");
        submit.Output.ShouldNotContain(".csproj\"");
    }
}
