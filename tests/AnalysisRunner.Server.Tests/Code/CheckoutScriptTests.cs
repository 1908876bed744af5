using System.Runtime.Versioning;
using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Code;
using static AnalysisRunner.Server.Tests.Code.UserRepository;

namespace AnalysisRunner.Server.Tests.Code;

[UnsupportedOSPlatform("windows")]
public sealed class CheckoutScriptTests
{
    private const string HostileName = "it's a \"$(touch owned)\" `x` ünïcödé; \\ checkout";

    [GitFact]
    public async Task Checks_the_commit_out_as_committed_wherever_the_folder_is()
    {
        using var user = new UserRepository();
        File.WriteAllText(Path.Combine(user.Folder, ".gitattributes"), "*.crlf text eol=crlf\n*.bin -text\n*.lfs filter=lfs\n");
        File.WriteAllText(Path.Combine(user.Folder, "x.crlf"), "a\r\nb\r\n");
        File.WriteAllText(Path.Combine(user.Folder, "x.bin"), "a\r\nb\n");
        File.WriteAllText(Path.Combine(user.Folder, "x.lfs"), "pointer");
        File.WriteAllText(Path.Combine(user.Folder, "run.sh"), "#!/bin/sh\n");
        File.SetUnixFileMode(Path.Combine(user.Folder, "run.sh"), (UnixFileMode)0b111_101_101);
        var sha = user.Commit("one");
        user.Commit("two");
        File.WriteAllText(Path.Combine(user.Folder, "untracked.txt"), "x");

        var folder = Path.Combine(user.Root, HostileName);
        RepositoryUrl.TryParse("git@github.com:owner/name.git", out var origin).ShouldBeTrue();
        // The settings of the caller's environment must not reach the checkout.
        var result = Bash(
            CheckoutScript.Create(await user.ResolveAsync(sha), folder, origin) + "\npwd", user.Root,
            ("GIT_DIR", "/nowhere"), ("GIT_CONFIG_COUNT", "1"), ("GIT_CONFIG_KEY_0", "core.autocrlf"), ("GIT_CONFIG_VALUE_0", "true"));
        (result.Exit, result.Error, result.Output.Trim()).ShouldBe((0, "", user.Root));

        GitIn(folder, "rev-parse", "HEAD").ShouldBe(sha);
        GitIn(folder, "status", "--porcelain").ShouldBeEmpty();
        GitIn(folder, "remote", "get-url", "origin").ShouldBe("https://github.com/owner/name");
        File.ReadAllText(Path.Combine(folder, "a.txt")).ShouldBe("one");
        File.ReadAllText(Path.Combine(folder, "x.crlf")).ShouldBe("a\r\nb\r\n");
        File.ReadAllText(Path.Combine(folder, "x.bin")).ShouldBe("a\r\nb\n");
        File.GetUnixFileMode(Path.Combine(folder, "run.sh")).HasFlag(UnixFileMode.UserExecute).ShouldBeTrue();
        File.Exists(Path.Combine(folder, "untracked.txt")).ShouldBeFalse();
        File.Exists(Path.Combine(user.Root, "owned")).ShouldBeFalse();
    }

    [GitFact]
    public async Task Reviewed_code_is_checked_out_only_while_the_mirrors_default_branch_has_it()
    {
        using var user = new UserRepository();
        user.Commit("one");
        var commit = await user.ResolveAsync(user.Commit("two"));
        commit.DefaultBranchRef.ShouldNotBeNull();
        var folder = Path.Combine(user.Root, "checkout");
        Bash(CheckoutScript.Create(commit, folder, null, reviewed: true), user.Root).ShouldBe((0, "", ""));

        GitIn(commit.Mirror, "update-ref", commit.DefaultBranchRef, commit.Commit + "~1");
        var later = Path.Combine(user.Root, "later");
        var result = Bash(CheckoutScript.Create(commit, later, null, reviewed: true), user.Root);
        result.Exit.ShouldBe(1);
        result.Error.ShouldContain("AR6031: Commit '" + commit.Commit);
        Directory.Exists(later).ShouldBeFalse();
    }

    [GitFact]
    public async Task Without_an_origin_there_is_none()
    {
        using var user = new UserRepository();
        var folder = Path.Combine(user.Root, "checkout");
        Bash(CheckoutScript.Create(await user.ResolveAsync(user.Commit("one")), folder, null), user.Root).Exit.ShouldBe(0);
        GitIn(folder, "remote").ShouldBeEmpty();
    }

    [GitFact]
    public async Task Shallow_and_sha256_commits_are_checked_out()
    {
        using var user = new UserRepository();
        user.Commit("one");
        var tip = user.Commit("two");
        var shallow = Path.Combine(user.Root, "shallow");
        GitIn(user.Root, "clone", "--quiet", "--depth=1", new Uri(user.Folder).AbsoluteUri, shallow);
        var folder = Path.Combine(user.Root, "checkout");
        Bash(CheckoutScript.Create(await user.ResolveAsync(tip, shallow), folder, null), user.Root).ShouldBe((0, "", ""));
        GitIn(folder, "rev-list", "--count", "HEAD").ShouldBe("1");

        using var other = new UserRepository(objectFormat: "sha256");
        var sha = other.Commit("one");
        var otherFolder = Path.Combine(other.Root, "checkout");
        Bash(CheckoutScript.Create(await other.ResolveAsync(sha), otherFolder, null), other.Root).ShouldBe((0, "", ""));
        GitIn(otherFolder, "rev-parse", "HEAD").ShouldBe(sha);
    }

    [GitFact]
    public async Task An_existing_folder_is_never_used()
    {
        using var user = new UserRepository();
        var folder = Path.Combine(user.Root, "checkout");
        Directory.CreateDirectory(folder);
        Bash(CheckoutScript.Create(await user.ResolveAsync(user.Commit("one")), folder, null), user.Root).Exit.ShouldNotBe(0);
        Directory.GetFileSystemEntries(folder).ShouldBeEmpty();
    }

    [GitFact]
    public async Task A_commit_that_the_mirror_lost_fails_the_script()
    {
        using var user = new UserRepository();
        var commit = await user.ResolveAsync(user.Commit("one"));
        var folder = Path.Combine(user.Root, "checkout");
        var script = CheckoutScript.Create(commit with { Commit = Id(new string('1', 40)) }, folder, null);
        Bash(script, user.Root).Exit.ShouldNotBe(0);
        // In a condition, where bash ignores errexit, too.
        Bash($"rm -rf checkout\nif {script}\nthen echo went on; else echo stopped; fi", user.Root).Output.Trim().ShouldBe("stopped");
    }

    [GitFact]
    public async Task A_checkout_outlives_garbage_collection_and_the_user_s_repository()
    {
        using var user = new UserRepository();
        user.Commit("one");
        var sha = user.Commit("two");
        var commit = await user.ResolveAsync(sha);
        var folder = Path.Combine(user.Root, "checkout");
        Bash(CheckoutScript.Create(commit, folder, null), user.Root).Exit.ShouldBe(0);

        user.Git("reset", "--quiet", "--hard", "HEAD~1");
        await user.ResolveAsync(user.Commit("three"));
        GitIn(commit.Mirror, "gc", "--quiet", "--prune=now");
        Directory.Delete(user.Folder, recursive: true);
        GitIn(folder, "fsck", "--full", "--no-dangling").ShouldBeEmpty();
        GitIn(folder, "status", "--porcelain").ShouldBeEmpty();
        GitIn(folder, "rev-parse", "HEAD").ShouldBe(sha);
    }

    [GitTheory]
    [InlineData("relative")]
    [InlineData("/tmp/a\nb")]
    public async Task Folders_that_are_not_plain_absolute_paths_are_refused(string folder)
    {
        using var user = new UserRepository();
        var commit = await user.ResolveAsync(user.Commit("one"));
        Should.Throw<ArgumentException>(() => CheckoutScript.Create(commit, folder, null));
    }
}
