namespace AnalysisRunner.Submission.Tests;

public sealed class AssemblyStampTests
{
    [Fact]
    public void Reads_the_commit_from_the_metadata() =>
        AssemblyStamp.ReadCommit(typeof(AssemblyStampTests).Assembly.Location).ToString().ShouldBe("0123456789abcdef0123456789abcdef01234567");

    [Fact]
    public void Finds_none_in_an_assembly_without_a_stamp() => AssemblyStamp.ReadCommit(typeof(FactAttribute).Assembly.Location).ShouldBeNull();

    [Fact]
    public void Says_when_the_file_is_no_assembly()
    {
        using var folder = new TemporaryFolder();
        Should.Throw<BadImageFormatException>(() => AssemblyStamp.ReadCommit(folder.Write("app.dll", "not an assembly")));
    }

    [GitFact]
    public async Task The_check_after_the_build_refuses_another_commits_assembly()
    {
        using var repository = new TestRepository();
        var check = new WorkingCopyCheck(repository.WorkingCopy, _ => null);
        var exception = await Should.ThrowAsync<Contracts.AnalysisRunnerException>(() =>
            check.RunAsync(Some.Options(repository), new BuildFacts { AssemblyFile = typeof(AssemblyStampTests).Assembly.Location }, default));
        exception.Problems.ShouldHaveSingleItem().Code.ShouldBe(Contracts.Codes.SubmissionCodes.StampDiffers);
    }
}
