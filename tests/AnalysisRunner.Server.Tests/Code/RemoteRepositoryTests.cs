using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Code;

namespace AnalysisRunner.Server.Tests.Code;

/// <summary>Real bare repositories, fetched as a shared server fetches them.</summary>
public sealed class RemoteRepositoryTests : IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly UserRepository _user = new("clone");

    private string Bare => Path.Combine(_user.Root, "remotes", "demo");

    private RemoteRepository Remote => new() { Name = "demo", Address = "file://" + Bare, DefaultBranch = "main" };

    public RemoteRepositoryTests() => MakeRemote(_user, "demo");

    public void Dispose() => _user.Dispose();

    [GitFact]
    public async Task A_commit_a_tag_and_a_branch_are_found_and_the_default_branch_is_judged()
    {
        var first = _user.Commit("first");
        _user.Git("tag", "-a", "-m", "annotated", "v1");
        Push("HEAD:refs/heads/main", "v1");
        _user.Git("checkout", "--quiet", "-b", "side/ü");
        var second = _user.Commit("second");
        Push("HEAD:refs/heads/side/ü");
        var mirrors = _user.Mirrors();

        (await mirrors.ResolveAsync(Remote, first, None)).DefaultBranch.ContainsCommit.ShouldBeTrue();
        (await mirrors.ResolveAsync(Remote, "v1", None)).Commit.ToString().ShouldBe(first);
        (await mirrors.ResolveAsync(Remote, first[..10], None)).Commit.ToString().ShouldBe(first);
        var side = await mirrors.ResolveAsync(Remote, "side/ü", None);
        side.Commit.ToString().ShouldBe(second);
        side.Subject.ShouldBe("second");
        side.DefaultBranch.ContainsCommit.ShouldBeFalse();
        side.DefaultBranch.Reason!.ShouldContain("main");
        (await mirrors.ResolveAsync(Remote with { DefaultBranch = "trunk" }, first, None)).DefaultBranch.ContainsCommit.ShouldBeFalse();
    }

    [GitFact]
    public async Task A_commit_that_no_branch_or_tag_contains_is_refused()
    {
        _user.Commit("first");
        Push("HEAD:refs/heads/main");
        _user.Git("checkout", "--quiet", "-b", "fork");
        var pull = _user.Commit("from a pull request");
        Push("HEAD:refs/pull/1/head");
        var local = _user.Commit("never pushed");
        var mirrors = _user.Mirrors();

        (await RefusalAsync(mirrors, pull)).ShouldBe(PolicyCodes.CommitNotOnRemote);
        (await RefusalAsync(mirrors, local)).ShouldBe(PolicyCodes.CommitNotOnRemote);
        (await RefusalAsync(mirrors, "refs/pull/1/head")).ShouldBe(PolicyCodes.CommitNotFound);
        (await RefusalAsync(mirrors, "pull/1/head")).ShouldBe(PolicyCodes.CommitNotFound);
        (await RefusalAsync(mirrors, "nothing")).ShouldBe(PolicyCodes.CommitNotFound);
    }

    [GitFact]
    public async Task What_was_pushed_away_is_refused_at_once_and_its_objects_stay_for_running_checkouts()
    {
        var first = _user.Commit("first");
        var second = _user.Commit("second");
        Push("HEAD:refs/heads/main");
        var mirrors = _user.Mirrors();
        var resolved = await mirrors.ResolveAsync(Remote, second, None);
        resolved.DefaultBranch.ContainsCommit.ShouldBeTrue();

        _user.Git("push", "--quiet", "--force", Bare, $"{first}:refs/heads/main");

        (await RefusalAsync(mirrors, second)).ShouldBe(PolicyCodes.CommitNotOnRemote);
        UserRepository.GitIn(resolved.Mirror, "gc", "--quiet", "--prune=now");
        UserRepository.GitIn(resolved.Mirror, "cat-file", "-t", second).ShouldBe("commit");
    }

    [GitTheory]
    [InlineData("--upload-pack=touch owned")]
    [InlineData("-c")]
    [InlineData("main:refs/heads/evil")]
    [InlineData("+main")]
    [InlineData("main~1")]
    [InlineData("main^{/x}")]
    [InlineData("@{-1}")]
    [InlineData("@")]
    [InlineData("main..x")]
    [InlineData("ma\nin")]
    [InlineData("ma\0in")]
    [InlineData("../../etc/passwd")]
    [InlineData(":/first")]
    [InlineData("")]
    public async Task A_revision_that_is_no_name_names_nothing(string revision)
    {
        _user.Commit("first");
        Push("HEAD:refs/heads/main");
        (await RefusalAsync(_user.Mirrors(), revision)).ShouldBe(PolicyCodes.CommitNotFound);
        UserRepository.GitIn(Bare, "for-each-ref", "--format=%(refname)").ShouldBe("refs/heads/main");
        Directory.GetFiles(_user.Root, "owned", SearchOption.AllDirectories).ShouldBeEmpty();
    }

    [GitTheory]
    [InlineData("file:///nowhere/at/all")]
    [InlineData("https://127.0.0.1:1/x")]
    [InlineData("ssh://127.0.0.1:1/x")]
    public async Task A_repository_that_cannot_be_fetched_is_said_so_and_nothing_stays(string address)
    {
        var refusal = await Should.ThrowAsync<AnalysisRunnerException>(_user.Mirrors().ResolveAsync(Remote with { Address = address }, "main", None));
        refusal.Problems.ShouldHaveSingleItem().Code.ShouldBe(PolicyCodes.RepositoryUnreachable);
        Directory.GetDirectories(_user.MirrorFolder).ShouldBeEmpty();
    }

    [GitFact]
    public async Task When_the_remote_is_gone_older_knowledge_accepts_nothing()
    {
        var sha = _user.Commit("first");
        Push("HEAD:refs/heads/main");
        var mirrors = _user.Mirrors();
        await mirrors.ResolveAsync(Remote, sha, None);
        Directory.Move(Bare, Bare + ".away");

        (await RefusalAsync(mirrors, sha)).ShouldBe(PolicyCodes.RepositoryUnreachable);

        Directory.Move(Bare + ".away", Bare);
        await mirrors.ResolveAsync(Remote, sha, None);
    }

    [GitTheory]
    [InlineData("objects")]
    [InlineData("refs")]
    [InlineData("HEAD")]
    public async Task A_damaged_mirror_is_cloned_anew(string what)
    {
        var sha = _user.Commit("first", "a.txt", "content");
        Push("HEAD:refs/heads/main");
        var mirrors = _user.Mirrors();
        var mirror = (await mirrors.ResolveAsync(Remote, sha, None)).Mirror;
        if (what == "HEAD") File.Delete(Path.Combine(mirror, "HEAD"));
        else if (what == "refs") Directory.Delete(Path.Combine(mirror, "refs"), recursive: true);
        else
        {
            foreach (var file in Directory.GetFiles(Path.Combine(mirror, "objects"), "*", SearchOption.AllDirectories)) File.Delete(file);
        }

        var again = await mirrors.ResolveAsync(Remote, sha, None);

        UserRepository.GitIn(again.Mirror, "show", $"{sha}:a.txt").ShouldBe("content");
        Directory.GetDirectories(_user.MirrorFolder).ShouldBe([again.Mirror]);
    }

    [GitFact]
    public async Task A_missing_file_of_the_commit_is_noticed_and_mended()
    {
        var sha = _user.Commit("first", "a.txt", "content");
        Push("HEAD:refs/heads/main");
        var mirrors = _user.Mirrors();
        var mirror = (await mirrors.ResolveAsync(Remote, sha, None)).Mirror;
        var blob = _user.Git("rev-parse", $"{sha}:a.txt");
        foreach (var pack in Directory.GetFiles(Path.Combine(mirror, "objects", "pack"), "*.pack"))
        {
            // As loose objects, one of them can be lost.
            var aside = Path.Combine(_user.Root, "aside.pack");
            File.Move(pack, aside);
            File.Delete(Path.ChangeExtension(pack, ".idx"));
            UserRepository.Bash($"git unpack-objects -q < '{aside}'", mirror);
        }
        File.Delete(Path.Combine(mirror, "objects", blob[..2], blob[2..]));

        var again = await mirrors.ResolveAsync(Remote, sha, None);

        UserRepository.GitIn(again.Mirror, "show", $"{sha}:a.txt").ShouldBe("content");
    }

    [GitFact]
    public async Task Callers_at_the_same_time_share_a_fetch_and_none_misses_what_was_pushed_before_it_asked()
    {
        _user.Commit("first");
        Push("HEAD:refs/heads/main");
        var mirrors = _user.Mirrors();
        for (var i = 0; i < 5; i++)
        {
            var sha = _user.Commit($"commit {i}");
            Push("HEAD:refs/heads/main");
            var found = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => mirrors.ResolveAsync(Remote, sha, None)));
            found.ShouldAllBe(commit => commit.Commit.ToString() == sha && commit.DefaultBranch.ContainsCommit);
        }
    }

    [GitFact]
    public async Task A_repository_over_the_size_limit_is_refused()
    {
        var noise = new byte[3 << 20];
        Random.Shared.NextBytes(noise);
        await File.WriteAllBytesAsync(Path.Combine(_user.Folder, "noise"), noise);
        _user.Commit("large");
        Push("HEAD:refs/heads/main");
        var refusal = await Should.ThrowAsync<AnalysisRunnerException>(_user.Mirrors().ResolveAsync(Remote with { SizeLimit = 1 << 20 }, "main", None));
        refusal.Problems[0].Code.ShouldBe(PolicyCodes.RepositoryUnreachable);
        refusal.Problems[0].Message.ShouldContain("1 MiB");
        Directory.GetDirectories(_user.MirrorFolder).ShouldBeEmpty();
    }

    [GitFact]
    public async Task Submodules_are_resolved_recursively_and_checked_out()
    {
        using var inner = new UserRepository("inner");
        using var outer = new UserRepository("outer");
        inner.Commit("inner", "who.txt", "innermost");
        PushTo(inner, MakeRemote(_user, "inner"));
        AddSubmodule(outer, "../inner", Path.Combine(_user.Root, "remotes", "inner"), "deps/i");
        PushTo(outer, MakeRemote(_user, "outer"));
        AddSubmodule(_user, "../outer", Path.Combine(_user.Root, "remotes", "outer"), "lib o");
        var sha = _user.Git("rev-parse", "HEAD");
        Push("HEAD:refs/heads/main");
        var mirrors = _user.Mirrors();

        var commit = await new CodeResolution(mirrors).ResolveAsync(new RemoteSource(mirrors, Remote, sha, new HashSet<string>()), None);

        commit.Submodules.Select(submodule => submodule.Path).ShouldBe(["lib o", "lib o/deps/i"]);
        var checkout = Path.Combine(_user.Root, "checkout");
        var (exit, _, error) = UserRepository.Bash(CheckoutScript.Create(commit, checkout, null), _user.Root);
        exit.ShouldBe(0, error);
        (await File.ReadAllTextAsync(Path.Combine(checkout, "lib o/deps/i/who.txt"))).ShouldBe("innermost");
        UserRepository.GitIn(checkout, "status", "--porcelain").ShouldBeEmpty();
    }

    [GitFact]
    public async Task A_submodule_commit_that_its_remote_lacks_is_refused()
    {
        using var inner = new UserRepository("inner");
        inner.Commit("inner");
        var bare = MakeRemote(_user, "inner");
        PushTo(inner, bare);
        AddSubmodule(_user, "../inner", bare, "lib");
        inner.Commit("unpushed");
        _user.Git("-c", "protocol.file.allow=always", "-C", "lib", "fetch", "--quiet", inner.Folder, "main");
        _user.Git("-C", "lib", "checkout", "--quiet", "FETCH_HEAD");
        var sha = _user.Commit("at an unpushed commit");
        Push("HEAD:refs/heads/main");
        var mirrors = _user.Mirrors();

        var refusal = await Should.ThrowAsync<AnalysisRunnerException>(new CodeResolution(mirrors).ResolveAsync(new RemoteSource(mirrors, Remote, sha, new HashSet<string>()), None));
        refusal.Problems[0].Code.ShouldBe(PolicyCodes.CommitNotOnRemote);
    }

    [Theory]
    [InlineData("https://github.com/owner/demo", "../other", "https://github.com/owner/other")]
    [InlineData("https://github.com/owner/demo", "../../someone/other.git", "https://github.com/someone/other")]
    [InlineData("https://github.com/owner/demo", "git@github.com:owner/other.git", "https://github.com/owner/other")]
    [InlineData("https://github.com/owner/demo", "https://user:pass@github.com/owner/other", "https://github.com/owner/other")]
    [InlineData("ssh://git@github.com/owner/demo", "https://github.com/owner/other.git", "ssh://git@github.com/owner/other")]
    [InlineData("https://github.com/owner/demo", "https://allowed.example.org/x/y", "https://allowed.example.org/x/y")]
    [InlineData("file:///srv/git/demo", "../other", "file:///srv/git/other")]
    [InlineData("https://github.com/owner/demo", "https://evil.example.org/x/y", null)]
    [InlineData("https://github.com/owner/demo", "https://github.com.evil.example.org/x/y", null)]
    [InlineData("https://github.com/owner/demo", "../../../../etc/x", null)]
    [InlineData("https://github.com/owner/demo", "/etc/passwd", null)]
    [InlineData("https://github.com/owner/demo", "file:///etc/x", null)]
    [InlineData("https://github.com/owner/demo", "ext::sh -c id", null)]
    [InlineData("https://github.com/owner/demo", "--upload-pack=touch x", null)]
    [InlineData("https://github.com/owner/demo", "https://github.com/own\ner/x", null)]
    [InlineData("https://github.com/owner/demo", "", null)]
    [InlineData("https://github.com/owner/demo", null, null)]
    [InlineData("file:///srv/git/demo", "file:///etc/x", null)]
    [InlineData("file:///srv/git/demo", "../../private/x", null)]
    [InlineData("file:///srv/git/demo", "https://github.com/owner/x", null)]
    public void A_submodule_comes_from_its_parents_host_or_an_allowed_one(string parent, string? address, string? expected)
    {
        var found = SubmoduleSource.Find(new RemoteRepository { Name = "demo", Address = parent }, address, new HashSet<string> { "allowed.example.org" }, out var fault);
        found?.Address.ShouldBe(expected);
        (found is null).ShouldBe(expected is null);
        (fault is null).ShouldBe(expected is not null);
    }

    private static string MakeRemote(UserRepository user, string name)
    {
        var folder = Path.Combine(user.Root, "remotes", name);
        Directory.CreateDirectory(folder);
        UserRepository.GitIn(folder, "init", "--quiet", "--bare", "--initial-branch=main");
        return folder;
    }

    // The relative address as people commit it, over a clone made from where the remote is.
    private static void AddSubmodule(UserRepository user, string address, string remote, string path)
    {
        user.Git("-c", "protocol.file.allow=always", "submodule", "add", "--quiet", remote, path);
        user.Git("config", "--file", ".gitmodules", $"submodule.{path}.url", address);
        user.Commit($"submodule {path}");
    }

    private static void PushTo(UserRepository from, string bare) => from.Git("push", "--quiet", bare, "HEAD:refs/heads/main");

    private void Push(params string[] refspecs) => _user.Git(["push", "--quiet", "--force", Bare, .. refspecs]);

    private async Task<string> RefusalAsync(RepositoryMirrors mirrors, string revision) =>
        (await Should.ThrowAsync<AnalysisRunnerException>(mirrors.ResolveAsync(Remote, revision, None))).Problems.ShouldHaveSingleItem().Code;
}
