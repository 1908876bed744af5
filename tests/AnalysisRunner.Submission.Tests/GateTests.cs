using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Submission.Tests;

/// <summary>What the local rules refuse on real repositories.</summary>
public sealed class GateTests : RepositoryGateTests
{
    public static TheoryData<string> Names => new() { "plain.cs", "with space.cs", "ünïcödé-δ.cs", "line\nbreak.cs", "quote'\"$x.cs", "-dash.cs" };

    [GitTheory]
    [MemberData(nameof(Names))]
    public async Task Refuses_a_modified_file_whatever_its_name(string name)
    {
        Repository.Write(name, "// one\n");
        Repository.Commit("Add it");
        Repository.Write(name, "// two, longer\n");
        var problem = (await RefusalsAsync()).ShouldHaveSingleItem();
        problem.Code.ShouldBe(SubmissionCodes.Modified);
        problem.File.ShouldBe(Path.Combine(Repository.Path, name));
        problem.Message.ShouldContain(name.Replace("\n", "\\n", StringComparison.Ordinal));
        problem.Message.ShouldNotContain('\n');
    }

    [GitTheory]
    [MemberData(nameof(Names))]
    public async Task Refuses_an_untracked_file_whatever_its_name(string name)
    {
        Repository.Write(name, "");
        var problem = (await RefusalsAsync()).ShouldHaveSingleItem();
        problem.Code.ShouldBe(SubmissionCodes.Untracked);
        problem.File.ShouldBe(Path.Combine(Repository.Path, name));
    }

    [GitFact]
    public async Task Refuses_a_staged_file()
    {
        Repository.Write("Program.cs", "// staged\n");
        Repository.Git("add", "Program.cs");
        (await CodesAsync()).ShouldBe([SubmissionCodes.Modified]);
    }

    [GitFact]
    public async Task Refuses_a_deleted_and_a_renamed_file()
    {
        Repository.Git("mv", "Program.cs", "Main.cs");
        File.Delete(Repository.Project);
        var problem = (await RefusalsAsync()).ShouldHaveSingleItem();
        problem.Message.ShouldContain("'Main.cs'");
        problem.Message.ShouldContain("'app.csproj'");
    }

    [GitFact]
    public async Task Refuses_a_conflict_and_the_merge_that_it_belongs_to()
    {
        Repository.Git("checkout", "--quiet", "-b", "other");
        Repository.Write("Program.cs", "// other\n");
        Repository.Commit("Other");
        Repository.Git("checkout", "--quiet", "main");
        Repository.Write("Program.cs", "// main\n");
        Repository.Commit("Main");
        TestRepository.TryGitIn(Repository.Path, "merge", "other").ExitCode.ShouldNotBe(0);
        (await CodesAsync()).ShouldBe([SubmissionCodes.OperationInProgress, SubmissionCodes.Conflicted]);
    }

    [GitFact]
    public async Task Refuses_a_stopped_rebase_although_the_tree_is_clean()
    {
        Repository.Commit("Second");
        TestRepository.TryGitIn(Repository.Path, "-c", "sequence.editor=sed -i s/^pick/break\\\\npick/", "rebase", "--interactive", "HEAD~1");
        (await RefusalsAsync()).ShouldHaveSingleItem().Message.ShouldContain("'rebase'");
    }

    [GitFact]
    public async Task Refuses_a_file_hidden_by_assume_unchanged()
    {
        Repository.Git("update-index", "--assume-unchanged", "Program.cs");
        Repository.Write("Program.cs", "// hidden change\n");
        var problem = (await RefusalsAsync()).ShouldHaveSingleItem();
        problem.Code.ShouldBe(SubmissionCodes.Hidden);
        problem.Message.ShouldContain("--no-assume-unchanged");
    }

    [GitFact]
    public async Task Refuses_a_file_hidden_by_skip_worktree()
    {
        Repository.Git("update-index", "--skip-worktree", "Program.cs");
        Repository.Write("Program.cs", "// hidden change\n");
        (await RefusalsAsync()).ShouldHaveSingleItem().Message.ShouldContain("--no-skip-worktree");
    }

    [GitFact]
    public async Task Refuses_a_file_that_skip_worktree_hides_by_its_absence_outside_a_sparse_checkout()
    {
        Repository.Git("update-index", "--skip-worktree", "Program.cs");
        File.Delete(Path.Combine(Repository.Path, "Program.cs"));
        (await CodesAsync()).ShouldBe([SubmissionCodes.Hidden]);
    }

    [GitFact]
    public async Task Sees_changes_that_the_users_settings_hide()
    {
        Repository.Git("config", "status.showUntrackedFiles", "no");
        Repository.Write("new.cs", "");
        (await CodesAsync()).ShouldBe([SubmissionCodes.Untracked]);
    }

    [PosixFact]
    public async Task Does_not_believe_a_file_system_monitor()
    {
        var monitor = Path.Combine(Repository.Outside, "monitor");
        await File.WriteAllTextAsync(monitor, "#!/bin/sh\nprintf 'token\\0'\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(monitor, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        Repository.Git("config", "core.fsmonitor", monitor);
        Repository.Git("config", "core.fsmonitorHookVersion", "2");
        Repository.Git("update-index", "--fsmonitor");
        Repository.Git("status");
        Repository.Write("Program.cs", "// unseen by the monitor\n");
        Repository.Git("status", "--porcelain").ShouldBe("", "git itself is fooled");
        (await CodesAsync()).ShouldBe([SubmissionCodes.Modified]);
    }

    [GitFact]
    public async Task Does_not_believe_a_replacement_of_the_commit()
    {
        var honest = Repository.Head;
        Repository.Write("Program.cs", "// replaced\n");
        Repository.Commit("Replacement");
        var replacement = Repository.Head;
        Repository.Git("reset", "--quiet", "--hard", honest);
        Repository.Git("replace", honest, replacement);
        Repository.Git("reset", "--quiet", "--hard");
        Repository.Git("status", "--porcelain").ShouldBe("", "git itself is fooled");
        (await CodesAsync()).ShouldBe([SubmissionCodes.Modified]);
    }

    [GitFact]
    public async Task Gives_line_endings_their_own_remedy()
    {
        Repository.Write(".gitattributes", "* text=auto\n");
        Repository.Commit("Normalise");
        Repository.Write("Program.cs", "// one\r\n");
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
        Repository.Git("update-index", "--assume-unchanged", ".gitignore");
        Repository.Write(".gitignore", "obj/\n*.ignored\n# hidden\n");
        Repository.Write("Program.cs", "// changed it\n");
        Repository.Write("new.cs", "");
        (await CodesAsync()).ShouldBe([SubmissionCodes.Modified, SubmissionCodes.Untracked, SubmissionCodes.Hidden]);
    }

    [GitFact]
    public async Task Names_ten_files_and_counts_the_rest()
    {
        for (var i = 10; i < 23; i++) Repository.Write($"new{i}.cs", "");
        var message = (await RefusalsAsync()).ShouldHaveSingleItem().Message;
        message.ShouldContain("'new19.cs' and 3 more");
        message.ShouldNotContain("new20");
    }

    [GitFact]
    public async Task Refuses_a_submodule_that_moved_or_is_dirty()
    {
        using var part = new TestRepository();
        Repository.Git("submodule", "--quiet", "add", part.Path, "part");
        Repository.Commit("With a part");
        await CheckAsync();
        File.WriteAllText(Path.Combine(Repository.Path, "part", "Program.cs"), "// dirty part\n");
        (await CodesAsync()).ShouldBe([SubmissionCodes.SubmoduleModified]);
        TestRepository.GitIn(Path.Combine(Repository.Path, "part"), "commit", "--quiet", "-am", "Moved");
        (await CodesAsync()).ShouldBe([SubmissionCodes.SubmoduleMoved]);
    }
}
