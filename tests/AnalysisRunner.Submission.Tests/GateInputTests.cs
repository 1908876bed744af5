using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Submission.Tests;

/// <summary>Which files of a build count as its sources.</summary>
public sealed class GateInputTests : RepositoryGateTests
{
    [GitFact]
    public async Task Sees_hidden_and_ignored_files_in_a_submodule()
    {
        using var part = new TestRepository();
        Repository.Git("submodule", "--quiet", "add", part.Path, "part");
        Repository.Commit("With a part");
        var inside = Path.Combine(Repository.Path, "part");
        TestRepository.GitIn(inside, "update-index", "--assume-unchanged", "Program.cs");
        Repository.Write("part/Program.cs", "// hidden change\n");
        Repository.Write("part/secret.ignored", "");
        var build = new BuildFacts { Inputs = [new BuildInput(Path.Combine(inside, "app.csproj"), "Compile"), new BuildInput(Path.Combine(inside, "secret.ignored"), "Compile")] };
        var problems = await RefusalsAsync(build);
        problems.Select(problem => problem.Code).ShouldBe([SubmissionCodes.Hidden, SubmissionCodes.InputNotInCommit]);
        problems[0].Message.ShouldContain("'part/Program.cs'");
        problems[1].Message.ShouldContain("'part/secret.ignored'");
    }

    [GitFact]
    public async Task Project_files_that_are_imported_are_inputs_when_they_lie_below_the_root()
    {
        var ignored = Repository.Write("local.ignored", "<Project/>");
        var outside = Path.Combine(Repository.Outside, "machine.props");
        await File.WriteAllTextAsync(outside, "<Project/>");
        var problem = (await RefusalsAsync(new BuildFacts { Imports = [Repository.Project, ignored, outside] })).ShouldHaveSingleItem();
        (problem.Code, problem.File).ShouldBe((SubmissionCodes.InputNotInCommit, ignored));
        problem.Message.ShouldContain("(project file)");
    }

    [GitFact]
    public async Task Tells_a_source_that_the_build_wrote_from_one_that_was_there()
    {
        var generated = Repository.Write("Generated.ignored", "");
        var known = Path.Combine(Repository.Path, "Program.cs");
        var build = new BuildFacts { Inputs = [new BuildInput(known, "Compile"), new BuildInput(generated, "Compile")], KnownBefore = [known] };
        (await RefusalsAsync(build)).ShouldHaveSingleItem().Code.ShouldBe(SubmissionCodes.GeneratedOutsideObj);
    }

    [GitTheory]
    [InlineData("obj", true)]
    [InlineData(".", false)]
    [InlineData("..", false)]
    [InlineData("src", false)]
    public async Task Takes_a_folder_for_build_output_only_while_nothing_of_it_is_committed(string folder, bool exempt)
    {
        Repository.Write("src/committed.cs", "");
        Repository.Commit("Sources");
        string[] ignored = [Repository.Write("obj/x.ignored", ""), Repository.Write("src/x.ignored", "")];
        var build = new BuildFacts
        {
            Inputs = [new BuildInput(exempt ? ignored[0] : ignored[1], "Compile")],
            ExemptFolders = [Path.GetFullPath(folder, Repository.Path)],
        };
        if (exempt) await CheckAsync(Repository, build);
        else (await RefusalsAsync(build)).ShouldHaveSingleItem().Code.ShouldBe(SubmissionCodes.InputNotInCommit);
    }
}
