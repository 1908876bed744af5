using AnalysisRunner.Server.Code;

namespace AnalysisRunner.Server.Tests.Code;

public sealed class DefaultBranchTests
{
    [GitFact]
    public async Task The_default_branch_is_the_one_that_origin_names()
    {
        using var user = new UserRepository(branch: "trunk");
        var sha = user.Commit("one");
        user.Git("branch", "main");
        var two = user.Commit("two");
        (await user.ResolveAsync(two)).DefaultBranch.ShouldBe(
            new DefaultBranch("main", false, "The default branch \"main\" does not contain the commit; merge it first."));

        user.Git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/trunk");
        (await user.ResolveAsync(two)).DefaultBranch.ShouldBe(new DefaultBranch("trunk", true, null));

        user.Git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/absent");
        var absent = (await user.ResolveAsync(sha)).DefaultBranch;
        (absent.Name, absent.ContainsCommit).ShouldBe(("absent", false));
        absent.Reason!.ShouldContain("no local branch");
    }

    [GitFact]
    public async Task The_default_branch_is_main_then_master_then_the_only_one()
    {
        using var user = new UserRepository(branch: "zebra");
        var sha = user.Commit("one");
        (await user.ResolveAsync(sha)).DefaultBranch.Name.ShouldBe("zebra");
        user.Git("branch", "yak");
        var undecided = (await user.ResolveAsync(sha)).DefaultBranch;
        (undecided.Name, undecided.ContainsCommit).ShouldBe((null, false));
        user.Git("branch", "master");
        (await user.ResolveAsync(sha)).DefaultBranch.Name.ShouldBe("master");
        user.Git("branch", "main");
        (await user.ResolveAsync(sha)).DefaultBranch.ShouldBe(new DefaultBranch("main", true, null));
    }

    [GitFact]
    public async Task A_default_branch_that_moves_is_judged_anew_in_both_directions()
    {
        using var user = new UserRepository();
        user.Commit("one");
        user.Git("checkout", "--quiet", "-b", "feature");
        var sha = user.Commit("two");
        (await user.ResolveAsync(sha)).DefaultBranch.ContainsCommit.ShouldBeFalse();
        user.Git("branch", "--force", "main", "feature");
        (await user.ResolveAsync(sha)).DefaultBranch.ContainsCommit.ShouldBeTrue();
        user.Git("branch", "--force", "main", "feature~1");
        (await user.ResolveAsync(sha)).DefaultBranch.ContainsCommit.ShouldBeFalse();
    }
}
