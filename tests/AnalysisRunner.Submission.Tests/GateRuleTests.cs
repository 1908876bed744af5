using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Submission.Gate;
using AnalysisRunner.Submission.Git;

namespace AnalysisRunner.Submission.Tests;

/// <summary>The rules that need no repository, as a table over facts.</summary>
public sealed class GateRuleTests
{
    private static readonly CommitId Head = Commit('a');

    private static readonly GateFacts Clean = new()
    {
        WorkingCopy = new WorkingCopyFacts
        {
            Root = "/home/analyst/repo",
            VisibleRoot = "/home/analyst/repo",
            Head = Head,
            Index = new Dictionary<string, IndexEntry> { ["app.csproj"] = new(), ["run.sh"] = new(), ["part"] = new(Head), ["part/deep/x.cs"] = new() },
            Remotes = new Dictionary<string, string> { ["origin"] = "https://example.org/group/repo" },
            Remote = "origin",
        },
        Options = new SubmissionOptions { ProjectFile = "/home/analyst/repo/app.csproj", Dataset = "fewgenomes", AccessLevel = "test", RunnerUrl = "https://runner.example.org" },
    };

    [Fact]
    public void A_clean_submission_passes() => SubmissionGate.Judge(Clean).ShouldBeEmpty();

    [Fact]
    public void Refuses_a_repository_without_a_commit() =>
        Judge(Clean with { WorkingCopy = Clean.WorkingCopy with { Head = null } }).ShouldHaveSingleItem().Code.ShouldBe(SubmissionCodes.NoCommit);

    [Theory]
    [InlineData("AR2010", "rebase", "'git rebase --abort'")]
    [InlineData("AR2010", "bisect", "'git bisect reset'")]
    public void Refuses_in_the_middle_of_something(string code, string operation, string remedy)
    {
        var problem = Judge(Clean with { WorkingCopy = Clean.WorkingCopy with { OperationInProgress = operation } }).ShouldHaveSingleItem();
        problem.Code.ShouldBe(code);
        problem.Message.ShouldContain(remedy);
    }

    [Theory]
    [InlineData("/home/analyst/repo/ignored.cs", false, SubmissionCodes.InputNotInCommit)]
    [InlineData("/home/analyst/repo/part/ignored.cs", false, SubmissionCodes.InputNotInCommit)]
    [InlineData("/home/analyst/elsewhere/shared.cs", false, SubmissionCodes.InputOutside)]
    [InlineData("/home/analyst/repo2/shared.cs", false, SubmissionCodes.InputOutside)]
    [InlineData("/home/analyst/repo/new.g.cs", true, SubmissionCodes.GeneratedOutsideObj)]
    public void Refuses_an_input_that_the_commit_does_not_have(string path, bool generated, string code)
    {
        var input = new BuildInput(path, "Compile") { IsGenerated = generated };
        var problem = Judge(Clean with { Inputs = [new BuildInput("/home/analyst/repo/app.csproj", "project file"), input] }).ShouldHaveSingleItem();
        problem.Code.ShouldBe(code);
        problem.File.ShouldBe(path);
    }

    [Fact]
    public void Accepts_an_input_in_a_submodule() =>
        Judge(Clean with { Inputs = [new BuildInput("/home/analyst/repo/part/deep/x.cs", "Compile")] }).ShouldBeEmpty();

    [Theory]
    [InlineData(ChangeKind.Staged, SubmissionCodes.Modified)]
    [InlineData(ChangeKind.Unstaged, SubmissionCodes.Modified)]
    [InlineData(ChangeKind.Staged | ChangeKind.Unstaged, SubmissionCodes.Modified)]
    [InlineData(ChangeKind.Conflicted, SubmissionCodes.Conflicted)]
    [InlineData(ChangeKind.Untracked, SubmissionCodes.Untracked)]
    [InlineData(ChangeKind.Unstaged | ChangeKind.SubmoduleCommit, SubmissionCodes.SubmoduleMoved)]
    [InlineData(ChangeKind.Staged | ChangeKind.SubmoduleCommit, SubmissionCodes.SubmoduleMoved)]
    [InlineData(ChangeKind.Unstaged | ChangeKind.SubmoduleModified, SubmissionCodes.SubmoduleModified)]
    [InlineData(ChangeKind.Unstaged | ChangeKind.SubmoduleUntracked, SubmissionCodes.SubmoduleModified)]
    [InlineData(ChangeKind.Unstaged | ChangeKind.SubmoduleCommit | ChangeKind.SubmoduleModified, SubmissionCodes.SubmoduleMoved, SubmissionCodes.SubmoduleModified)]
    public void Each_kind_of_change_has_its_code(ChangeKind kind, params string[] codes)
    {
        var problems = Judge(Clean with { WorkingCopy = Clean.WorkingCopy with { Changes = [new StatusEntry("some/path", kind)] } });
        problems.Select(problem => problem.Code).ShouldBe(codes);
        problems.ShouldAllBe(problem => problem.Message.Contains("'some/path'") && problem.File == "/home/analyst/repo/some/path");
    }

    [Theory]
    [InlineData("run.sh", SubmissionCodes.LineEndingsOnly)]
    [InlineData("other.sh", SubmissionCodes.Modified)]
    public void Line_endings_alone_are_another_matter(string path, string code)
    {
        var copy = Clean.WorkingCopy with { Changes = [new StatusEntry(path, ChangeKind.Unstaged)], LineEndingsOnly = new HashSet<string> { "run.sh" } };
        Judge(Clean with { WorkingCopy = copy }).ShouldHaveSingleItem().Code.ShouldBe(code);
    }

    [Theory]
    [InlineData(HiddenFile.AssumeUnchanged)]
    [InlineData(HiddenFile.SkipWorktree)]
    public void A_hidden_difference_is_named_with_its_bit(string bit)
    {
        var problem = Judge(Clean with { WorkingCopy = Clean.WorkingCopy with { Hidden = [new HiddenFile("run.sh", bit)] } }).ShouldHaveSingleItem();
        problem.Code.ShouldBe(SubmissionCodes.Hidden);
        problem.Message.ShouldContain($"--no-{bit} -- <file>");
    }

    [Fact]
    public void A_submodule_that_was_not_pushed_is_named()
    {
        var facts = Clean with { Remote = new RemoteFacts(true, "main", true) { UnpushedSubmodules = ["part"] } };
        var problem = SubmissionGate.JudgeRemote(facts).ShouldHaveSingleItem();
        (problem.Code, problem.File).ShouldBe((SubmissionCodes.SubmoduleUnpushed, "/home/analyst/repo/part"));
    }

    [Fact]
    public void Reports_most_basic_first()
    {
        var copy = Clean.WorkingCopy with
        {
            OperationInProgress = "merge",
            Changes = [.. new[] { ChangeKind.Untracked, ChangeKind.SubmoduleModified, ChangeKind.SubmoduleCommit, ChangeKind.Unstaged, ChangeKind.Conflicted }.Select((kind, i) => new StatusEntry($"f{i}", kind)), new StatusEntry("run.sh", ChangeKind.Unstaged)],
            LineEndingsOnly = new HashSet<string> { "run.sh" },
            Hidden = [new HiddenFile("app.csproj", HiddenFile.SkipWorktree)],
            Remotes = new Dictionary<string, string>(),
            Remote = null,
        };
        var facts = Clean with
        {
            WorkingCopy = copy,
            ExpectedCommit = Commit('b'),
            Assembly = new BuiltAssembly("/home/analyst/repo/app.dll", null),
            Inputs = [new BuildInput("/g.cs", "Compile"), new BuildInput("/home/analyst/repo/i.cs", "Compile"), new BuildInput("/home/analyst/repo/n.cs", "Compile") { IsGenerated = true }],
            Options = Clean.Options with
            {
                AccessLevel = "full",
                Script = "./none.sh",
                Config = [new ConfigFile("/home/analyst/repo/c.toml", false)],
                Environment = new Dictionary<string, string> { ["DB_PASSWORD"] = "hunter2" },
            },
        };
        Judge(facts).Select(problem => problem.Code).ShouldBe(
        [
            SubmissionCodes.OperationInProgress, SubmissionCodes.HeadMoved, SubmissionCodes.Conflicted, SubmissionCodes.Modified, SubmissionCodes.LineEndingsOnly,
            SubmissionCodes.SubmoduleMoved, SubmissionCodes.SubmoduleModified, SubmissionCodes.Untracked, SubmissionCodes.Hidden, SubmissionCodes.InputNotInCommit,
            SubmissionCodes.InputOutside, SubmissionCodes.GeneratedOutsideObj, SubmissionCodes.ConfigNotInCommit, SubmissionCodes.ScriptNotInCommit, SubmissionCodes.Secret,
            SubmissionCodes.StampDiffers, SubmissionCodes.FullNotConfirmed, SubmissionCodes.NoRemote,
        ]);
    }

    [Fact]
    public void Gives_one_reason_for_an_untracked_input()
    {
        var facts = Clean with
        {
            WorkingCopy = Clean.WorkingCopy with { Changes = [new StatusEntry("new/", ChangeKind.Untracked)] },
            Inputs = [new BuildInput("/home/analyst/repo/new/x.cs", "Compile")],
        };
        Judge(facts).ShouldHaveSingleItem().Code.ShouldBe(SubmissionCodes.Untracked);
    }

    [Fact]
    public void Says_what_to_do_about_build_output()
    {
        var facts = Clean with { WorkingCopy = Clean.WorkingCopy with { Changes = [new StatusEntry("app/obj/", ChangeKind.Untracked)] } };
        Judge(facts).ShouldHaveSingleItem().Message.ShouldContain("dotnet new gitignore");
    }

    [Fact]
    public void Refuses_a_config_file_that_is_not_in_the_commit()
    {
        var problem = Judge(Clean with { Options = Clean.Options with { Config = [new ConfigFile("/home/analyst/repo/private.toml", Uncommitted: false)] } }).ShouldHaveSingleItem();
        problem.Code.ShouldBe(SubmissionCodes.ConfigNotInCommit);
        problem.Message.ShouldContain("Uncommitted=\"true\"");
    }

    [Fact]
    public void Refuses_a_private_config_file_that_does_not_exist() =>
        Judge(Clean with { Options = Clean.Options with { Config = [new ConfigFile("/home/analyst/repo/private.toml", Uncommitted: true)] } })
            .ShouldHaveSingleItem().Message.ShouldContain("does not exist");

    [Theory]
    [InlineData("./run.sh --fast", null)]
    [InlineData("../run.sh", SubmissionCodes.ScriptNotInCommit)]
    [InlineData("scripts/missing.sh", SubmissionCodes.ScriptNotInCommit)]
    [InlineData("python3 main.py", null)]
    [InlineData("/usr/bin/env true", null)]
    public void Looks_for_a_script_in_the_commit(string script, string? code) =>
        Judge(Clean with { Options = Clean.Options with { Script = script } }).Select(problem => problem.Code).ShouldBe(code is null ? [] : [code]);

    [Theory]
    [InlineData('a', null, null)]
    [InlineData('b', null, "was built from commit 'bbbbbbbbbbbb'")]
    [InlineData(null, null, "has no stamp")]
    [InlineData(null, "No such file.", "cannot be read: No such file.")]
    public void Compares_the_stamp_with_the_commit(char? stamp, string? fault, string? message)
    {
        var problems = Judge(Clean with { Assembly = new BuiltAssembly("/home/analyst/repo/app.dll", stamp is { } digit ? Commit(digit) : null, fault) });
        if (message is null) problems.ShouldBeEmpty();
        else problems.ShouldHaveSingleItem().Message.ShouldContain(message);
    }

    [Theory]
    [InlineData('a', false)]
    [InlineData('b', true)]
    public void Refuses_when_head_moved(char before, bool refused) =>
        Judge(Clean with { ExpectedCommit = Commit(before) }).Any(problem => problem.Code == SubmissionCodes.HeadMoved).ShouldBe(refused);

    [Theory]
    [InlineData("test", null, false)]
    [InlineData("standard", null, false)]
    [InlineData("full", null, true)]
    [InlineData("full", "other", true)]
    [InlineData("full", "fewgenomes", false)]
    public void Full_is_confirmed_by_the_name_of_the_dataset(string level, string? confirm, bool refused) =>
        Judge(Clean with { Options = Clean.Options with { AccessLevel = level, Confirm = confirm } })
            .Any(problem => problem.Code == SubmissionCodes.FullNotConfirmed).ShouldBe(refused);

    [Theory]
    [InlineData(2, "https://runner.example.org", true)]
    [InlineData(1, "https://runner.example.org", false)]
    [InlineData(2, null, false)]
    public void Refuses_the_temporary_merge_of_a_pull_request(int parents, string? url, bool refused) =>
        Judge(Clean with
        {
            TransientMergeRef = "refs/pull/7/merge",
            WorkingCopy = Clean.WorkingCopy with { Parents = parents },
            Options = Clean.Options with { RunnerUrl = url },
        }).Any(problem => problem.Code == SubmissionCodes.TransientMerge).ShouldBe(refused);

    [Fact]
    public void Needs_a_remote_for_a_server_only()
    {
        var alone = Clean.WorkingCopy with { Remotes = new Dictionary<string, string>(), Remote = null };
        Judge(Clean with { WorkingCopy = alone }).ShouldHaveSingleItem().Code.ShouldBe(SubmissionCodes.NoRemote);
        Judge(Clean with { WorkingCopy = alone, Options = Clean.Options with { RunnerUrl = "" } }).ShouldBeEmpty();
    }

    [Fact]
    public void Lists_the_remotes_when_none_is_obvious()
    {
        var several = Clean.WorkingCopy with { Remotes = new Dictionary<string, string> { ["one"] = "https://a.example/x", ["two"] = "https://b.example/x" }, Remote = null };
        var problem = Judge(Clean with { WorkingCopy = several }).ShouldHaveSingleItem();
        problem.Code.ShouldBe(SubmissionCodes.RemoteAmbiguous);
        problem.Message.ShouldContain("'one', 'two'");
    }

    [Fact]
    public void Does_not_repeat_the_address_of_a_remote()
    {
        var local = Clean.WorkingCopy with { Remotes = new Dictionary<string, string> { ["origin"] = "/srv/secret-folder.git" } };
        Judge(Clean with { WorkingCopy = local }).ShouldHaveSingleItem().Message.ShouldNotContain("secret");
    }

    [Theory]
    [InlineData("test", false, false, SubmissionCodes.Unpushed)]
    [InlineData("test", true, false, null)]
    [InlineData("standard", true, false, SubmissionCodes.NotOnDefaultBranch)]
    [InlineData("full", true, false, SubmissionCodes.NotOnDefaultBranch)]
    [InlineData("standard", true, true, null)]
    public void Judges_what_the_remote_said(string level, bool pushed, bool reviewed, string? code) =>
        SubmissionGate.JudgeRemote(Clean with { Options = Clean.Options with { AccessLevel = level }, Remote = new RemoteFacts(pushed, "main", reviewed) })
            .Select(problem => problem.Code).ShouldBe(code is null ? [] : [code]);

    [Fact]
    public void Refuses_a_secret_by_its_place_and_never_repeats_it()
    {
        var secret = "ghp_" + new string('a', 36);
        var facts = Clean with
        {
            Options = Clean.Options with { Arguments = $"--key {secret}" },
            ConfigTexts = new Dictionary<string, string> { ["/home/analyst/repo/c.toml"] = $"a = 1\nkey = \"{secret}\"\n" },
        };
        var problems = Judge(facts);
        problems.Select(problem => (problem.Code, problem.File, problem.Line)).ShouldBe([(SubmissionCodes.Secret, null, 0), (SubmissionCodes.Secret, "/home/analyst/repo/c.toml", 2)]);
        problems.ShouldAllBe(problem => !problem.Message.Contains(secret));
    }

    private static IReadOnlyList<Problem> Judge(GateFacts facts) => SubmissionGate.Judge(facts);

    private static CommitId Commit(char digit) => CommitId.TryParse(new string(digit, 40), out var commit) ? commit : throw new ArgumentException("not a digit");
}
