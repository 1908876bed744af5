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
        (await CodesAsync()).ShouldBe([SubmissionCodes.OperationInProgress, SubmissionCodes.Conflicted]);
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

    [GitTheory]
    [InlineData("assume-unchanged")]
    [InlineData("skip-worktree")]
    public async Task Accepts_a_marked_file_that_does_not_differ(string bit)
    {
        _repository.Git("update-index", "--" + bit, "Program.cs");
        File.SetLastWriteTimeUtc(Path.Combine(_repository.Path, "Program.cs"), DateTime.UnixEpoch);
        await CheckAsync();
        _repository.Git("ls-files", "-v", "Program.cs")[0].ShouldBe(bit == "skip-worktree" ? 'S' : 'h', "the user's index is as it was");
    }

    [GitFact]
    public async Task Refuses_a_file_that_skip_worktree_hides_by_its_absence_outside_a_sparse_checkout()
    {
        _repository.Git("update-index", "--skip-worktree", "Program.cs");
        File.Delete(Path.Combine(_repository.Path, "Program.cs"));
        (await CodesAsync()).ShouldBe([SubmissionCodes.Hidden]);
    }

    [GitFact]
    public async Task Sees_hidden_and_ignored_files_in_a_submodule()
    {
        using var part = new TestRepository();
        _repository.Git("submodule", "--quiet", "add", part.Path, "part");
        _repository.Commit("With a part");
        var inside = Path.Combine(_repository.Path, "part");
        TestRepository.GitIn(inside, "update-index", "--assume-unchanged", "Program.cs");
        _repository.Write("part/Program.cs", "// hidden change\n");
        _repository.Write("part/secret.ignored", "");
        var build = new BuildFacts { Inputs = [new BuildInput(Path.Combine(inside, "app.csproj"), "Compile"), new BuildInput(Path.Combine(inside, "secret.ignored"), "Compile")] };
        var problems = await RefusalsAsync(build);
        problems.Select(problem => problem.Code).ShouldBe([SubmissionCodes.Hidden, SubmissionCodes.InputNotInCommit]);
        problems[0].Message.ShouldContain("'part/Program.cs'");
        problems[1].Message.ShouldContain("'part/secret.ignored'");
    }

    [GitFact]
    public async Task Project_files_that_are_imported_are_inputs_when_they_lie_below_the_root()
    {
        var ignored = _repository.Write("local.ignored", "<Project/>");
        var outside = Path.Combine(_repository.Outside, "machine.props");
        await File.WriteAllTextAsync(outside, "<Project/>");
        var problem = (await RefusalsAsync(new BuildFacts { Imports = [_repository.Project, ignored, outside] })).ShouldHaveSingleItem();
        (problem.Code, problem.File).ShouldBe((SubmissionCodes.InputNotInCommit, ignored));
        problem.Message.ShouldContain("(project file)");
    }

    [GitFact]
    public async Task Tells_a_source_that_the_build_wrote_from_one_that_was_there()
    {
        var generated = _repository.Write("Generated.ignored", "");
        var known = Path.Combine(_repository.Path, "Program.cs");
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
        _repository.Write("src/committed.cs", "");
        _repository.Commit("Sources");
        string[] ignored = [_repository.Write("obj/x.ignored", ""), _repository.Write("src/x.ignored", "")];
        var build = new BuildFacts
        {
            Inputs = [new BuildInput(exempt ? ignored[0] : ignored[1], "Compile")],
            ExemptFolders = [Path.GetFullPath(folder, _repository.Path)],
        };
        if (exempt) await CheckAsync(_repository, build);
        else (await RefusalsAsync(build)).ShouldHaveSingleItem().Code.ShouldBe(SubmissionCodes.InputNotInCommit);
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

    [PosixFact]
    public async Task Does_not_believe_a_file_system_monitor()
    {
        var monitor = Path.Combine(_repository.Outside, "monitor");
        await File.WriteAllTextAsync(monitor, "#!/bin/sh\nprintf 'token\\0'\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(monitor, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        _repository.Git("config", "core.fsmonitor", monitor);
        _repository.Git("config", "core.fsmonitorHookVersion", "2");
        _repository.Git("update-index", "--fsmonitor");
        _repository.Git("status");
        _repository.Write("Program.cs", "// unseen by the monitor\n");
        _repository.Git("status", "--porcelain").ShouldBe("", "git itself is fooled");
        (await CodesAsync()).ShouldBe([SubmissionCodes.Modified]);
    }

    [GitFact]
    public async Task Does_not_believe_a_replacement_of_the_commit()
    {
        var honest = _repository.Head;
        _repository.Write("Program.cs", "// replaced\n");
        _repository.Commit("Replacement");
        var replacement = _repository.Head;
        _repository.Git("reset", "--quiet", "--hard", honest);
        _repository.Git("replace", honest, replacement);
        _repository.Git("reset", "--quiet", "--hard");
        _repository.Git("status", "--porcelain").ShouldBe("", "git itself is fooled");
        (await CodesAsync()).ShouldBe([SubmissionCodes.Modified]);
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
        _repository.Write(".gitignore", "obj/\n*.ignored\n# hidden\n");
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
        (await CodesAsync()).ShouldBe([SubmissionCodes.SubmoduleModified]);
        TestRepository.GitIn(Path.Combine(_repository.Path, "part"), "commit", "--quiet", "-am", "Moved");
        (await CodesAsync()).ShouldBe([SubmissionCodes.SubmoduleMoved]);
    }

    [GitFact]
    public async Task Knows_the_repository_from_its_remote_without_credentials()
    {
        _repository.Git("remote", "add", "origin", "https://someone:secret@Example.org/group/analysis.git");
        var copy = await CheckAsync();
        copy.Repository.ToString().ShouldBe("https://example.org/group/analysis");
    }

    [GitFact]
    public async Task Knows_the_repository_behind_an_abbreviation()
    {
        _repository.Git("config", "url.ssh://git@git.example.org/.insteadOf", "acme:");
        _repository.Git("remote", "add", "origin", "acme:group/analysis.git");
        (await CheckAsync()).Repository.ToString().ShouldBe("https://git.example.org/group/analysis");
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

    private static Task<Git.WorkingCopyFacts> CheckAsync(TestRepository repository, BuildFacts? build = null) =>
        new WorkingCopyCheck(repository.WorkingCopy, _ => null).RunAsync(Some.Options(repository), build ?? new BuildFacts(), default);

    private Task<IReadOnlyList<Problem>> RefusalsAsync() => RefusalsAsync(_repository);

    private Task<IReadOnlyList<Problem>> RefusalsAsync(BuildFacts build) => RefusalsAsync(_repository, build);

    private static async Task<IReadOnlyList<Problem>> RefusalsAsync(TestRepository repository, BuildFacts? build = null) =>
        (await Should.ThrowAsync<AnalysisRunnerException>(() => CheckAsync(repository, build))).Problems;

    private async Task<IEnumerable<string>> CodesAsync() => (await RefusalsAsync()).Select(problem => problem.Code);

    private static async Task<Problem> ReadRefusalAsync(string folder) =>
        (await Should.ThrowAsync<AnalysisRunnerException>(() => new Git.GitWorkingCopy(folder).ReadAsync(default))).Problems.ShouldHaveSingleItem();
}
