using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Submission.Tests;

/// <summary>The local rules on real repositories.</summary>
public sealed class GateTests : IDisposable
{
    private readonly TestRepository _repository = new();

    [GitFact]
    public async Task Accepts_a_clean_commit()
    {
        var copy = await CheckAsync();
        copy.Head.ToString().ShouldBe(_repository.Head);
        copy.Branch.ShouldBe("main");
        copy.Subject.ShouldBe("First analysis");
    }

    [GitFact]
    public async Task Accepts_a_clean_commit_on_a_detached_head()
    {
        _repository.Git("checkout", "--quiet", "--detach");
        (await CheckAsync()).Branch.ShouldBeNull();
    }

    [GitFact]
    public async Task Accepts_a_file_that_was_only_touched()
    {
        File.SetLastWriteTimeUtc(Path.Combine(_repository.Path, "Program.cs"), DateTime.UnixEpoch);
        await CheckAsync();
    }

    [GitFact]
    public async Task Accepts_a_linked_work_tree_of_another_branch()
    {
        var linked = Path.Combine(_repository.Outside, "linked");
        _repository.Git("worktree", "add", "--quiet", "-b", "feature", linked);
        var copy = await new Git.GitWorkingCopy(linked).ReadAsync(default);
        (copy.Branch, copy.Root, copy.Head.ToString()).ShouldBe(("feature", linked, _repository.Head));
    }

    [GitFact]
    public async Task Ignores_the_variables_by_which_a_hook_points_elsewhere()
    {
        using var other = new TestRepository();
        other.Commit("Other");
        Environment.SetEnvironmentVariable("GIT_DIR", Path.Combine(other.Path, ".git"));
        try
        {
            (await _repository.WorkingCopy.ReadAsync(default)).Root.ShouldBe(_repository.Path);
        }
        finally
        {
            Environment.SetEnvironmentVariable("GIT_DIR", null);
        }
    }

    public static TheoryData<string> Names => new() { "plain.cs", "with space.cs", "ünïcödé-δ.cs", "line\nbreak.cs", "quote'\"$x.cs", "-dash.cs" };

    [GitTheory]
    [MemberData(nameof(Names))]
    public async Task Refuses_a_modified_file_whatever_its_name(string name)
    {
        _repository.Write(name, "// one\n");
        _repository.Commit("Add it");
        _repository.Write(name, "// two, longer\n");
        var problem = (await RefusalsAsync()).ShouldHaveSingleItem();
        problem.Code.ShouldBe(SubmissionCodes.Modified);
        problem.File.ShouldBe(Path.Combine(_repository.Path, name));
        problem.Message.ShouldContain(name.Replace("\n", "\\n", StringComparison.Ordinal));
        problem.Message.ShouldNotContain('\n');
    }

    [GitTheory]
    [MemberData(nameof(Names))]
    public async Task Refuses_an_untracked_file_whatever_its_name(string name)
    {
        _repository.Write(name, "");
        var problem = (await RefusalsAsync()).ShouldHaveSingleItem();
        problem.Code.ShouldBe(SubmissionCodes.Untracked);
        problem.File.ShouldBe(Path.Combine(_repository.Path, name));
    }

    [GitFact]
    public async Task Refuses_a_staged_file()
    {
        _repository.Write("Program.cs", "// staged\n");
        _repository.Git("add", "Program.cs");
        (await CodesAsync()).ShouldBe([SubmissionCodes.Modified]);
    }

    [GitFact]
    public async Task Refuses_a_deleted_and_a_renamed_file()
    {
        _repository.Git("mv", "Program.cs", "Main.cs");
        File.Delete(_repository.Project);
        var problem = (await RefusalsAsync()).ShouldHaveSingleItem();
        problem.Message.ShouldContain("'Main.cs'");
        problem.Message.ShouldContain("'app.csproj'");
    }

    [GitFact]
    public async Task Refuses_a_conflict_and_the_merge_that_it_belongs_to()
    {
        _repository.Git("checkout", "--quiet", "-b", "other");
        _repository.Write("Program.cs", "// other\n");
        _repository.Commit("Other");
        _repository.Git("checkout", "--quiet", "main");
        _repository.Write("Program.cs", "// main\n");
        _repository.Commit("Main");
        TestRepository.TryGitIn(_repository.Path, "merge", "other").ExitCode.ShouldNotBe(0);
        (await CodesAsync()).ShouldBe([SubmissionCodes.OperationInProgress, SubmissionCodes.Modified]);
    }

    [GitFact]
    public async Task Refuses_a_stopped_rebase_although_the_tree_is_clean()
    {
        _repository.Commit("Second");
        TestRepository.TryGitIn(_repository.Path, "-c", "sequence.editor=sed -i s/^pick/break\\\\npick/", "rebase", "--interactive", "HEAD~1");
        (await RefusalsAsync()).ShouldHaveSingleItem().Message.ShouldContain("'rebase'");
    }

    [GitFact]
    public async Task Refuses_a_file_hidden_by_assume_unchanged()
    {
        _repository.Git("update-index", "--assume-unchanged", "Program.cs");
        _repository.Write("Program.cs", "// hidden change\n");
        var problem = (await RefusalsAsync()).ShouldHaveSingleItem();
        problem.Code.ShouldBe(SubmissionCodes.Hidden);
        problem.Message.ShouldContain("--no-assume-unchanged");
    }

    [GitFact]
    public async Task Refuses_a_file_hidden_by_skip_worktree()
    {
        _repository.Git("update-index", "--skip-worktree", "Program.cs");
        _repository.Write("Program.cs", "// hidden change\n");
        (await RefusalsAsync()).ShouldHaveSingleItem().Message.ShouldContain("--no-skip-worktree");
    }

    [GitFact]
    public async Task Accepts_a_sparse_checkout()
    {
        _repository.Write("far/away.cs", "");
        _repository.Write("near/by.cs", "");
        _repository.Commit("Wide");
        _repository.Git("sparse-checkout", "set", "near");
        Directory.Exists(Path.Combine(_repository.Path, "far")).ShouldBeFalse();
        await CheckAsync();
    }

    [GitFact]
    public async Task Sees_changes_that_the_users_settings_hide()
    {
        _repository.Git("config", "status.showUntrackedFiles", "no");
        _repository.Write("new.cs", "");
        (await CodesAsync()).ShouldBe([SubmissionCodes.Untracked]);
    }

    [GitFact]
    public async Task Gives_line_endings_their_own_remedy()
    {
        _repository.Write(".gitattributes", "* text=auto\n");
        _repository.Commit("Normalise");
        _repository.Write("Program.cs", "// one\r\n");
        var problem = (await RefusalsAsync()).ShouldHaveSingleItem();
        problem.Code.ShouldBe(SubmissionCodes.LineEndingsOnly);
        problem.Message.ShouldContain("--renormalize");
    }

    [GitFact]
    public async Task Refuses_a_repository_without_a_commit()
    {
        using var fresh = new TestRepository(commit: false);
        var problems = await RefusalsAsync(fresh);
        problems[0].Code.ShouldBe(SubmissionCodes.NoCommit);
    }

    [GitFact]
    public async Task Refuses_a_folder_outside_any_repository()
    {
        using var folder = new TemporaryFolder();
        (await ReadRefusalAsync(folder.Path)).Code.ShouldBe(SubmissionCodes.NotAWorkTree);
    }

    [GitFact]
    public async Task Refuses_a_bare_repository()
    {
        using var folder = new TemporaryFolder();
        TestRepository.GitIn(folder.Path, "init", "--quiet", "--bare");
        (await ReadRefusalAsync(folder.Path)).Code.ShouldBe(SubmissionCodes.NotAWorkTree);
    }

    [GitFact]
    public async Task Reports_all_reasons_at_once_in_a_stable_order()
    {
        _repository.Git("update-index", "--assume-unchanged", ".gitignore");
        _repository.Write("Program.cs", "// changed it\n");
        _repository.Write("new.cs", "");
        (await CodesAsync()).ShouldBe([SubmissionCodes.Modified, SubmissionCodes.Untracked, SubmissionCodes.Hidden]);
    }

    [GitFact]
    public async Task Names_ten_files_and_counts_the_rest()
    {
        for (var i = 10; i < 23; i++) _repository.Write($"new{i}.cs", "");
        var message = (await RefusalsAsync()).ShouldHaveSingleItem().Message;
        message.ShouldContain("'new19.cs' and 3 more");
        message.ShouldNotContain("new20");
    }

    [GitFact]
    public async Task Refuses_a_submodule_that_moved_or_is_dirty()
    {
        using var part = new TestRepository();
        _repository.Git("submodule", "--quiet", "add", part.Path, "part");
        _repository.Commit("With a part");
        await CheckAsync();
        File.WriteAllText(Path.Combine(_repository.Path, "part", "Program.cs"), "// dirty part\n");
        (await RefusalsAsync()).ShouldHaveSingleItem().Message.ShouldContain("submodules with uncommitted files");
        TestRepository.GitIn(Path.Combine(_repository.Path, "part"), "commit", "--quiet", "-am", "Moved");
        (await RefusalsAsync()).ShouldHaveSingleItem().Message.ShouldContain("at another commit");
    }

    [GitFact]
    public async Task Knows_the_repository_from_its_remote_without_credentials()
    {
        _repository.Git("remote", "add", "origin", "https://someone:secret@Example.org/group/analysis.git");
        var copy = await CheckAsync();
        copy.Repository.ToString().ShouldBe("https://example.org/group/analysis");
    }

    [GitFact]
    public async Task Prefers_the_remote_of_the_branch()
    {
        _repository.Git("remote", "add", "origin", "https://example.org/fork/a");
        _repository.Git("remote", "add", "upstream", "https://example.org/group/a");
        _repository.Git("config", "branch.main.remote", "upstream");
        _repository.Git("config", "branch.main.merge", "refs/heads/main");
        (await CheckAsync()).Remote.ShouldBe("upstream");
    }

    [PosixFact]
    public async Task Sees_through_a_symbolic_link_to_the_work_tree()
    {
        _repository.Write("sub/deep/x.cs", "");
        _repository.Commit("Deep");
        var link = Path.Combine(_repository.Outside, "link");
        Directory.CreateSymbolicLink(link, _repository.Path);
        var copy = await new Git.GitWorkingCopy(Path.Combine(link, "sub", "deep")).ReadAsync(default);
        copy.VisibleRoot.ShouldBe(link);
        copy.RelativePath(Path.Combine(link, "sub", "deep", "x.cs")).ShouldBe("sub/deep/x.cs");
        copy.RelativePath(Path.Combine(_repository.Path, "Program.cs")).ShouldBe("Program.cs");
    }

    public void Dispose() => _repository.Dispose();

    private Task<Git.WorkingCopyFacts> CheckAsync() => CheckAsync(_repository);

    private static Task<Git.WorkingCopyFacts> CheckAsync(TestRepository repository) =>
        new WorkingCopyCheck(repository.WorkingCopy, _ => null).RunAsync(Some.Options(repository), new BuildFacts(), default);

    private Task<IReadOnlyList<Problem>> RefusalsAsync() => RefusalsAsync(_repository);

    private static async Task<IReadOnlyList<Problem>> RefusalsAsync(TestRepository repository) =>
        (await Should.ThrowAsync<AnalysisRunnerException>(() => CheckAsync(repository))).Problems;

    private async Task<IEnumerable<string>> CodesAsync() => (await RefusalsAsync()).Select(problem => problem.Code);

    private static async Task<Problem> ReadRefusalAsync(string folder) =>
        (await Should.ThrowAsync<AnalysisRunnerException>(() => new Git.GitWorkingCopy(folder).ReadAsync(default))).Problems.ShouldHaveSingleItem();
}
