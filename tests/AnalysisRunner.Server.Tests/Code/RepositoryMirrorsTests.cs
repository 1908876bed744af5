using System.Runtime.Versioning;
using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Code;
using static AnalysisRunner.Server.Tests.Code.UserRepository;

namespace AnalysisRunner.Server.Tests.Code;

[UnsupportedOSPlatform("windows")]
public sealed class RepositoryMirrorsTests
{
    private static CancellationToken None => CancellationToken.None;

    private static async Task<Problem> RefusalAsync(Func<Task> work) =>
        (await Should.ThrowAsync<AnalysisRunnerException>(work)).Problems.ShouldHaveSingleItem();

    [GitFact]
    public async Task Resolves_a_commit_of_a_plain_work_tree_and_of_a_folder_inside_it()
    {
        using var user = new UserRepository();
        user.Commit("one");
        var sha = user.Commit("two: \"quoted\" ünïcödé\n\nbody", "sub dir/b.txt");
        var found = await user.ResolveAsync(sha, Path.Combine(user.Folder, "sub dir"));
        found.Commit.ToString().ShouldBe(sha);
        found.Subject.ShouldBe("two: \"quoted\" ünïcödé");
        found.DefaultBranch.ShouldBe(new DefaultBranch("main", true, null));
        GitIn(found.Mirror, "rev-parse", $"refs/analysis-runner/commits/{sha}").ShouldBe(sha);
        GitIn(found.Mirror, "for-each-ref", "--format=%(refname)").Split('\n').ShouldBe(
            [$"refs/analysis-runner/commits/{sha}", "refs/analysis-runner/default"]);
        if (!OperatingSystem.IsWindows()) ((int)File.GetUnixFileMode(user.MirrorFolder)).ShouldBe(0b111_000_000);
    }

    [GitFact]
    public async Task Work_trees_links_and_detached_heads_of_one_repository_share_a_mirror()
    {
        using var user = new UserRepository();
        user.Commit("one");
        var other = Path.Combine(user.Root, "other tree");
        user.Git("worktree", "add", "--quiet", "--detach", other);
        File.WriteAllText(Path.Combine(other, "b.txt"), "b");
        GitIn(other, "add", "--all");
        GitIn(other, "commit", "--quiet", "-m", "detached");
        var sha = GitIn(other, "rev-parse", "HEAD");
        var link = Path.Combine(user.Root, "link");
        Directory.CreateSymbolicLink(link, user.Folder);

        var first = await user.ResolveAsync(sha, other);
        first.DefaultBranch.ContainsCommit.ShouldBeFalse();
        first.DefaultBranch.Reason!.ShouldContain("does not contain");
        (await user.ResolveAsync(sha)).Mirror.ShouldBe(first.Mirror);
        (await user.ResolveAsync(sha, link)).Mirror.ShouldBe(first.Mirror);
    }

    [GitFact]
    public async Task A_commit_that_no_branch_holds_is_found()
    {
        using var user = new UserRepository();
        user.Commit("one");
        var lost = user.Commit("two");
        user.Git("reset", "--quiet", "--hard", "HEAD~1");
        var found = await user.ResolveAsync(lost);
        found.Subject.ShouldBe("two");
        found.DefaultBranch.ContainsCommit.ShouldBeFalse();
    }

    [GitFact]
    public async Task Shallow_clones_work_and_do_not_pretend_to_know_history()
    {
        using var user = new UserRepository();
        var old = user.Commit("one");
        user.Commit("two");
        var tip = user.Commit("three");
        var shallow = Path.Combine(user.Root, "shallow");
        GitIn(user.Root, "clone", "--quiet", "--depth=1", new Uri(user.Folder).AbsoluteUri, shallow);

        var found = await user.ResolveAsync(tip, shallow);
        found.DefaultBranch.ShouldBe(new DefaultBranch("main", true, null));
        (await RefusalAsync(() => user.ResolveAsync(old, shallow))).Code.ShouldBe("AR6030");

        GitIn(shallow, "fetch", "--quiet", "--depth=1", "origin", old);
        var undecided = (await user.ResolveAsync(old, shallow)).DefaultBranch;
        undecided.ContainsCommit.ShouldBeFalse();
        undecided.Reason!.ShouldContain("shallow");

        GitIn(shallow, "fetch", "--quiet", "--unshallow", "origin");
        (await user.ResolveAsync(old, shallow)).DefaultBranch.ContainsCommit.ShouldBeTrue();
    }

    [GitFact]
    public async Task Sha256_repositories_work()
    {
        using var user = new UserRepository(objectFormat: "sha256");
        var sha = user.Commit("one");
        sha.Length.ShouldBe(64);
        (await user.ResolveAsync(sha)).Subject.ShouldBe("one");
        (await RefusalAsync(() => user.ResolveAsync(sha[..40]))).Code.ShouldBe("AR6030");
    }

    [GitFact]
    public async Task A_repository_made_anew_in_another_format_gets_its_own_mirror()
    {
        using var user = new UserRepository();
        var first = await user.ResolveAsync(user.Commit("one"));
        Directory.Delete(Path.Combine(user.Folder, ".git"), recursive: true);
        user.Git("init", "--quiet", "--object-format=sha256", "--initial-branch=main");
        (await user.ResolveAsync(user.Commit("two"))).Mirror.ShouldNotBe(first.Mirror);
    }

    [GitFact]
    public async Task A_repository_without_commits_has_no_commit()
    {
        using var user = new UserRepository();
        (await RefusalAsync(() => user.ResolveAsync(new string('1', 40)))).Code.ShouldBe("AR6030");
    }

    [GitFact]
    public async Task Unknown_commits_are_refused_and_later_found()
    {
        using var user = new UserRepository();
        user.Commit("one");
        var problem = await RefusalAsync(() => user.ResolveAsync(new string('1', 40)));
        problem.Code.ShouldBe("AR6030");
        problem.Message.ShouldContain(new string('1', 40));
        problem.Field.ShouldBe("commit");
        (await user.ResolveAsync(user.Commit("two"))).Subject.ShouldBe("two");
    }

    [GitFact]
    public async Task Hashes_of_tags_trees_and_files_are_not_commits()
    {
        using var user = new UserRepository();
        var sha = user.Commit("one");
        user.Git("tag", "-a", "v1", "-m", "v1");
        foreach (var name in new[] { "v1", "HEAD^{tree}", "HEAD:a.txt" })
        {
            var hash = user.Git("rev-parse", name);
            for (var i = 0; i < 2; i++) (await RefusalAsync(() => user.ResolveAsync(hash))).Code.ShouldBe("AR6030", name);
        }
        (await user.ResolveAsync(sha)).Subject.ShouldBe("one");
    }

    [GitTheory]
    [InlineData("relative/path")]
    [InlineData("--upload-pack=touch /tmp/owned")]
    [InlineData("")]
    [InlineData("/absent/folder")]
    [InlineData("/tmp/a\nb")]
    [InlineData("/tmp/a\0b")]
    [InlineData("ext::sh -c touch% /tmp/owned")]
    [InlineData("https://example.org/x.git")]
    [InlineData("/")]
    public async Task Hostile_and_foreign_work_trees_are_refused(string workTree)
    {
        using var user = new UserRepository();
        var sha = user.Commit("one");
        (await RefusalAsync(() => user.ResolveAsync(sha, workTree))).Code.ShouldBe("AR6015");
        Directory.GetDirectories(user.MirrorFolder).ShouldBeEmpty();
    }

    [GitFact]
    public async Task Git_folders_and_files_are_not_work_trees()
    {
        using var user = new UserRepository();
        var sha = user.Commit("one");
        (await RefusalAsync(() => user.ResolveAsync(sha, Path.Combine(user.Folder, ".git")))).Code.ShouldBe("AR6015");
        (await RefusalAsync(() => user.ResolveAsync(sha, Path.Combine(user.Folder, "a.txt")))).Code.ShouldBe("AR6015");
    }

    [GitFact]
    public async Task A_hostile_repository_runs_nothing()
    {
        using var user = new UserRepository();
        var sha = user.Commit("one");
        var proof = Path.Combine(user.Root, "owned");
        var program = Path.Combine(user.Root, "program");
        File.WriteAllText(program, $"#!/bin/sh\ntouch '{proof}'\n");
        File.SetUnixFileMode(program, (UnixFileMode)0b111_101_101);
        user.Git("config", "core.fsmonitor", program);
        user.Git("config", "core.hooksPath", user.Root);
        user.Git("config", "uploadpack.packObjectsHook", program);
        user.Git("config", "core.sshCommand", program);
        user.Git("config", "core.pager", program);
        user.Git("config", "filter.x.smudge", program);
        foreach (var hook in new[] { "post-checkout", "reference-transaction", "pre-auto-gc" })
        {
            File.Copy(program, Path.Combine(user.Folder, ".git", "hooks", hook), overwrite: true);
        }

        var found = await user.ResolveAsync(sha);
        var checkout = Path.Combine(user.Root, "checkout");
        Bash(CheckoutScript.Create(found, checkout, null), user.Root).Exit.ShouldBe(0);
        File.Exists(proof).ShouldBeFalse();
    }

    [GitFact]
    public async Task Resolves_at_the_same_moment_agree()
    {
        using var user = new UserRepository();
        var (one, two) = (user.Commit("one"), user.Commit("two"));
        var mirrors = user.Mirrors();
        var found = await Task.WhenAll(Enumerable.Range(0, 8).Select(
            i => Task.Run(() => mirrors.ResolveAsync(user.Folder, Id(i % 2 == 0 ? one : two), None))));
        found.Select(commit => commit.Mirror).Distinct().Count().ShouldBe(1);
        found.ShouldAllBe(commit => commit.DefaultBranch.ContainsCommit);
        Directory.GetDirectories(user.MirrorFolder).Length.ShouldBe(1);
        GitIn(found[0].Mirror, "fsck", "--connectivity-only").ShouldBeEmpty();
    }

    [GitTheory]
    [InlineData("HEAD")]
    [InlineData("objects")]
    [InlineData("config")]
    [InlineData("one object")]
    public async Task A_damaged_mirror_is_made_anew_with_what_it_had(string damage)
    {
        using var user = new UserRepository();
        var (one, two) = (user.Commit("one"), user.Commit("two"));
        await user.ResolveAsync(one);
        var mirror = (await user.ResolveAsync(two)).Mirror;
        var target = damage == "one object"
            ? Directory.GetFiles(Path.Combine(mirror, "objects"), "*", SearchOption.AllDirectories).MaxBy(file => new FileInfo(file).Length)!
            : Path.Combine(mirror, damage);
        if (Directory.Exists(target)) Directory.Delete(target, recursive: true);
        else File.WriteAllText(ForceWritable(target), "garbage");

        var again = await user.ResolveAsync(two);
        again.Mirror.ShouldBe(mirror);
        again.Subject.ShouldBe("two");
        again.DefaultBranch.ContainsCommit.ShouldBeTrue();
        GitIn(mirror, "fsck", "--full").ShouldBeEmpty();
        (await user.ResolveAsync(one)).Subject.ShouldBe("one");
        Directory.GetDirectories(user.MirrorFolder).ShouldBe([mirror]);
    }

    [GitFact]
    public async Task A_damaged_repository_is_refused_and_its_mirror_kept()
    {
        using var user = new UserRepository();
        var one = user.Commit("one");
        await user.ResolveAsync(one);
        var two = user.Commit("two");
        var blob = user.Git("rev-parse", "HEAD:a.txt");
        File.Delete(ForceWritable(Path.Combine(user.Folder, ".git", "objects", blob[..2], blob[2..])));
        (await RefusalAsync(() => user.ResolveAsync(two))).Code.ShouldBe("AR6037");
        Directory.GetDirectories(user.MirrorFolder).Length.ShouldBe(1);
    }

    private static string ForceWritable(string file)
    {
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return file;
    }
}
