namespace AnalysisRunner.Sdk.Tests;

public sealed class StampTests
{
    [FactWithGit]
    public async Task Stamps_commit_and_repository_and_builds_again_only_when_they_change()
    {
        using var project = new AnalysisProject();
        var commit = await project.CommitAsync(remote: "https://user:s3cr3t%40t0ken@github.com/acme/analysis.git");

        var first = (await project.BuildAsync()).ShouldSucceed();
        first.Compilations.ShouldBe(1);
        first.Warnings.ShouldBeEmpty();
        first.Programs.ShouldBeEmpty();
        var stamp = project.Stamp();
        stamp["AnalysisRunner.Commit"].ShouldBe(commit);
        stamp["AnalysisRunner.Repository"].ShouldBe("https://github.com/acme/analysis.git");
        foreach (var file in new[] { project.Assembly(), Path.ChangeExtension(project.Assembly(), ".pdb") })
        {
            var text = System.Text.Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file));
            text.ShouldNotContain("s3cr3t");
            text.ShouldNotContain("t0ken");
        }
        (await project.ExecAsync([])).Output.ShouldContain(commit);

        // Nothing changed, or nothing that is in a commit.
        (await project.BuildAsync("--no-restore")).ShouldSucceed().Compilations.ShouldBe(0);
        project.Write("notes.txt", "uncommitted");
        (await project.BuildAsync("--no-restore")).ShouldSucceed().Compilations.ShouldBe(0);

        // An IDE looks at the project between two builds.
        (await project.DesignTimeBuildAsync()).ShouldSucceed();
        (await project.BuildAsync("--no-restore")).ShouldSucceed().Compilations.ShouldBe(0);

        var next = await project.CommitAsync();
        (await project.BuildAsync("--no-restore")).ShouldSucceed().Compilations.ShouldBe(1);
        project.Stamp()["AnalysisRunner.Commit"].ShouldBe(next);
    }

    [FactWithGit]
    public async Task Without_git_the_build_is_clean_and_unstamped()
    {
        using var project = new AnalysisProject();

        var build = (await project.BuildAsync()).ShouldSucceed();

        build.Warnings.ShouldBeEmpty();
        project.Stamp().Keys.ShouldNotContain(key => key.StartsWith("AnalysisRunner.", StringComparison.Ordinal));
        (await project.ExecAsync([])).Output.ShouldContain("Commit = ");
    }

    [FactWithGit]
    public async Task A_repository_without_a_commit_is_not_stamped()
    {
        using var project = new AnalysisProject();
        await project.GitAsync("init", "-q", "-b", "main");

        var build = (await project.BuildAsync()).ShouldSucceed();

        build.Warnings.ShouldBeEmpty();
        project.Stamp().ShouldNotContainKey("AnalysisRunner.Commit");
    }

    [Fact]
    public async Task A_build_without_git_can_be_stamped_from_outside()
    {
        using var project = new AnalysisProject();
        var commit = new string('a', 40);

        (await project.BuildAsync(
            "-p:EnableSourceControlManagerQueries=false", $"-p:SourceRevisionId={commit}", "-p:PrivateRepositoryUrl=ssh://git:pw@example.org/a/b?token=pw")).ShouldSucceed();

        project.Stamp()["AnalysisRunner.Commit"].ShouldBe(commit);
        project.Stamp()["AnalysisRunner.Repository"].ShouldBe("ssh://example.org/a/b");
    }

    [FactWithGit]
    public async Task Switched_off_there_is_neither_stamp_nor_source_revision()
    {
        using var project = new AnalysisProject(properties: "<EnableAnalysisRunnerStamp>false</EnableAnalysisRunnerStamp>");
        await project.CommitAsync();

        var build = await project.BuildAsync();
        build.Succeeded.ShouldBeFalse(); // The program asks for SourceRevision.
        build.Errors.ShouldContain(error => error.Code == "CS0234" || error.Code == "CS0103");

        project.Write("Program.cs", "return;\n");
        (await project.BuildAsync("--no-restore")).ShouldSucceed();
        project.Stamp().ShouldNotContainKey("AnalysisRunner.Commit");
    }
}
