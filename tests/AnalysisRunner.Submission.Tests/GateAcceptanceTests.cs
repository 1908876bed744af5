namespace AnalysisRunner.Submission.Tests;

/// <summary>Work trees of every kind that the local rules accept, and what is read from them.</summary>
public sealed class GateAcceptanceTests : RepositoryGateTests
{
    [GitFact]
    public async Task Accepts_a_clean_commit()
    {
        var copy = await CheckAsync();
        copy.Head.ToString().ShouldBe(Repository.Head);
        copy.Branch.ShouldBe("main");
        copy.Subject.ShouldBe("First analysis");
    }

    [GitFact]
    public async Task Accepts_a_clean_commit_on_a_detached_head()
    {
        Repository.Git("checkout", "--quiet", "--detach");
        (await CheckAsync()).Branch.ShouldBeNull();
    }

    [GitFact]
    public async Task Accepts_a_file_that_was_only_touched()
    {
        File.SetLastWriteTimeUtc(Path.Combine(Repository.Path, "Program.cs"), DateTime.UnixEpoch);
        await CheckAsync();
    }

    [GitFact]
    public async Task Accepts_a_linked_work_tree_of_another_branch()
    {
        var linked = Path.Combine(Repository.Outside, "linked");
        Repository.Git("worktree", "add", "--quiet", "-b", "feature", linked);
        var copy = await new Git.GitWorkingCopy(linked).ReadAsync(default);
        (copy.Branch, copy.Root, copy.Head.ToString()).ShouldBe(("feature", linked, Repository.Head));
    }

    [GitFact]
    public async Task Ignores_the_variables_by_which_a_hook_points_elsewhere()
    {
        using var other = new TestRepository();
        other.Commit("Other");
        Environment.SetEnvironmentVariable("GIT_DIR", Path.Combine(other.Path, ".git"));
        try
        {
            (await Repository.WorkingCopy.ReadAsync(default)).Root.ShouldBe(Repository.Path);
        }
        finally
        {
            Environment.SetEnvironmentVariable("GIT_DIR", null);
        }
    }

    [GitTheory]
    [InlineData("assume-unchanged")]
    [InlineData("skip-worktree")]
    public async Task Accepts_a_marked_file_that_does_not_differ(string bit)
    {
        Repository.Git("update-index", "--" + bit, "Program.cs");
        File.SetLastWriteTimeUtc(Path.Combine(Repository.Path, "Program.cs"), DateTime.UnixEpoch);
        await CheckAsync();
        Repository.Git("ls-files", "-v", "Program.cs")[0].ShouldBe(bit == "skip-worktree" ? 'S' : 'h', "the user's index is as it was");
    }

    [GitFact]
    public async Task Works_with_sha_256()
    {
        using var folder = new TemporaryFolder();
        TestRepository.GitIn(folder.Path, "init", "--quiet", "--object-format=sha256", "--initial-branch=main");
        TestRepository.GitIn(folder.Path, "commit", "--quiet", "--allow-empty", "-m", "Long hashes");
        (await new Git.GitWorkingCopy(folder.Path).ReadAsync(default)).Head.ToString()!.Length.ShouldBe(64);
    }

    [GitFact]
    public async Task Accepts_a_sparse_checkout()
    {
        Repository.Write("far/away.cs", "");
        Repository.Write("near/by.cs", "");
        Repository.Commit("Wide");
        Repository.Git("sparse-checkout", "set", "near");
        Directory.Exists(Path.Combine(Repository.Path, "far")).ShouldBeFalse();
        await CheckAsync();
    }

    [GitFact]
    public async Task Knows_the_repository_from_its_remote_without_credentials()
    {
        Repository.Git("remote", "add", "origin", "https://someone:secret@Example.org/group/analysis.git");
        var copy = await CheckAsync();
        copy.Repository.ToString().ShouldBe("https://example.org/group/analysis");
    }

    [GitFact]
    public async Task Knows_the_repository_behind_an_abbreviation()
    {
        Repository.Git("config", "url.ssh://git@git.example.org/.insteadOf", "acme:");
        Repository.Git("remote", "add", "origin", "acme:group/analysis.git");
        (await CheckAsync()).Repository.ToString().ShouldBe("https://git.example.org/group/analysis");
    }

    [GitFact]
    public async Task Prefers_the_remote_of_the_branch()
    {
        Repository.Git("remote", "add", "origin", "https://example.org/fork/a");
        Repository.Git("remote", "add", "upstream", "https://example.org/group/a");
        Repository.Git("config", "branch.main.remote", "upstream");
        Repository.Git("config", "branch.main.merge", "refs/heads/main");
        (await CheckAsync()).Remote.ShouldBe("upstream");
    }

    [PosixFact]
    public async Task Sees_through_a_symbolic_link_to_the_work_tree()
    {
        Repository.Write("sub/deep/x.cs", "");
        Repository.Commit("Deep");
        var link = Path.Combine(Repository.Outside, "link");
        Directory.CreateSymbolicLink(link, Repository.Path);
        var copy = await new Git.GitWorkingCopy(Path.Combine(link, "sub", "deep")).ReadAsync(default);
        copy.VisibleRoot.ShouldBe(link);
        copy.RelativePath(Path.Combine(link, "sub", "deep", "x.cs")).ShouldBe("sub/deep/x.cs");
        copy.RelativePath(Path.Combine(Repository.Path, "Program.cs")).ShouldBe("Program.cs");
    }
}
