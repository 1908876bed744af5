using System.Globalization;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Submissions;

namespace AnalysisRunner.Server.Code;

/// <summary>
/// The mirror of one remote repository: its branches and tags, and nothing that others may put there (<c>refs/pull/*</c>). Whoever asks gets an answer
/// from a fetch that began after they asked, and those who ask meanwhile share the next one.
/// </summary>
internal sealed class RemoteMirror(GitProcess git, string folder)
{
    private const string Commits = "refs/analysis-runner/commits/";

    private static readonly TimeSpan SizeInterval = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private Task _last = Task.CompletedTask;
    private Task? _waiting;

    /// <summary>Brings the mirror up to date and finds a commit in it.</summary>
    /// <param name="remote">What it mirrors.</param>
    /// <param name="revision">A hash, a tag or a branch.</param>
    /// <param name="cancellation">Gives up waiting; the fetch goes on for others.</param>
    /// <exception cref="AnalysisRunnerException"><c>AR6030</c>, <c>AR6061</c>, <c>AR6063</c>, <c>AR6037</c>.</exception>
    public async Task<ResolvedCommit> ResolveAsync(RemoteRepository remote, string revision, CancellationToken cancellation)
    {
        await FetchAsync(remote).WaitAsync(cancellation);
        var commit = await FindAsync(remote, revision, cancellation);
        await RequireBranchOrTagAsync(remote, commit, cancellation);
        if (!await IsWholeAsync(commit, cancellation))
        {
            await RebuildAsync(remote).WaitAsync(cancellation);
            if (!await IsWholeAsync(commit, cancellation)) throw new AnalysisRunnerException(PolicyCodes.GitFailed, $"The repository '{remote.Name}' lacks objects of the commit '{commit}', also when cloned anew; repair the repository.");
        }
        // Whatever the remote does later, a checkout that borrows these objects stays whole.
        var pinned = await git.RunAsync(Command("update-ref").Add(Commits + commit, commit.ToString()), cancellation);
        if (!pinned.Succeeded) throw Failed($"Git cannot keep the commit '{commit}'", pinned);
        var subject = await git.RunAsync(Command("log", "--max-count=1", "--no-show-signature", "--format=%s").Add(commit.ToString(), "--"), cancellation);
        return new ResolvedCommit
        {
            Commit = commit,
            Mirror = folder,
            Subject = subject.Succeeded ? subject.Text : throw Failed($"Git cannot read the commit '{commit}'", subject),
            DefaultBranch = await JudgeAsync(remote, commit, cancellation),
            DefaultBranchRef = remote.DefaultBranch is { } branch ? "refs/heads/" + branch : null,
        };
    }

    /// <summary>A fetch that has not begun yet: one runs at a time, and everybody who comes while it does shares the next.</summary>
    private Task FetchAsync(RemoteRepository remote)
    {
        lock (_lock)
        {
            return _waiting ??= Enqueue(() =>
            {
                // From here on a caller might miss what is pushed now, so it gets a fetch of its own.
                lock (_lock) _waiting = null;
                return UpdateAsync(remote);
            });
        }
    }

    private Task RebuildAsync(RemoteRepository remote)
    {
        lock (_lock) return Enqueue(() => BuildAsync(remote));
    }

    private Task Enqueue(Func<Task> work)
    {
        var before = _last;
        return _last = Task.Run(async () =>
        {
            await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await work();
        });
    }

    private async Task UpdateAsync(RemoteRepository remote)
    {
        if (Directory.Exists(folder))
        {
            var fetched = await FetchIntoAsync(folder, remote);
            if (fetched.Succeeded) return;
        }
        // The fault is the mirror's if a fresh one succeeds; otherwise its error is the answer and the old mirror stays.
        await BuildAsync(remote);
    }

    /// <summary>Makes the mirror anew beside its place and then puts it there.</summary>
    private async Task BuildAsync(RemoteRepository remote)
    {
        var (fresh, damaged) = ($"{folder}.new", $"{folder}.damaged");
        // Left behind by a server that died here.
        foreach (var left in new[] { fresh, damaged })
        {
            if (Directory.Exists(left)) Directory.Delete(left, recursive: true);
        }
        try
        {
            await new Mirror(git, fresh, remote.TimeLimit).CreateAsync(await FormatAsync(remote), CancellationToken.None);
            var fetched = await FetchIntoAsync(fresh, remote);
            if (!fetched.Succeeded) throw Unreachable(remote, fetched.Error);
            await KeepPinnedAsync(fresh);
            if (Directory.Exists(folder)) Directory.Move(folder, damaged);
            Directory.Move(fresh, folder);
            if (Directory.Exists(damaged)) Directory.Delete(damaged, recursive: true);
        }
        finally
        {
            if (Directory.Exists(fresh)) Directory.Delete(fresh, recursive: true);
        }
    }

    private async Task<GitResult> FetchIntoAsync(string repository, RemoteRepository remote)
    {
        var fetch = new GitCommand("fetch", "--quiet", "--prune", "--force", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head", "--")
        {
            Repository = repository,
            Transport = remote.Transport,
            Credentials = remote.Credentials,
            TimeLimit = remote.TimeLimit,
        };
        fetch.AddValue(remote.Address).Add("+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*");
        using var tooLarge = new CancellationTokenSource();
        using var done = new CancellationTokenSource();
        var watch = WatchSizeAsync(repository, remote.SizeLimit, tooLarge, done.Token);
        try
        {
            var fetched = await git.RunAsync(fetch, tooLarge.Token);
            return SizeOf(repository) <= remote.SizeLimit ? fetched : throw TooLarge(remote);
        }
        catch (OperationCanceledException)
        {
            throw TooLarge(remote);
        }
        finally
        {
            await done.CancelAsync();
            await watch;
        }
    }

    // Git has no limit of its own for what it receives.
    private static async Task WatchSizeAsync(string repository, long limit, CancellationTokenSource tooLarge, CancellationToken done)
    {
        while (!done.IsCancellationRequested)
        {
            if (SizeOf(repository) > limit) await tooLarge.CancelAsync();
            await Task.Delay(SizeInterval, done).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static long SizeOf(string repository) =>
        new DirectoryInfo(repository).EnumerateFiles("*", new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true }).Sum(file => file.Exists ? file.Length : 0);

    private async Task<string> FormatAsync(RemoteRepository remote)
    {
        var listed = await git.RunAsync(
            new GitCommand("ls-remote", "--quiet", "--heads", "--")
            {
                Transport = remote.Transport,
                Credentials = remote.Credentials,
                TimeLimit = remote.TimeLimit,
            }.AddValue(remote.Address),
            CancellationToken.None);
        if (!listed.Succeeded) throw Unreachable(remote, listed.Error);
        return listed.Lines is [var first, ..] && first.IndexOf('\t') == 64 ? "sha256" : "sha1";
    }

    /// <summary>Takes over what the old mirror kept and the remote no longer has, as far as it can be read.</summary>
    private async Task KeepPinnedAsync(string fresh)
    {
        if (!Directory.Exists(folder)) return;
        await git.RunAsync(
            new GitCommand("fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--") { Repository = fresh, Transport = "file" }.AddValue(folder).Add($"+{Commits}*:{Commits}*"),
            CancellationToken.None);
    }

    private async Task<CommitId> FindAsync(RemoteRepository remote, string revision, CancellationToken cancellation)
    {
        if (CommitId.TryParse(revision, out var commit)) return commit;
        var isHash = revision.Length is >= 7 and < 40 && revision.All(char.IsAsciiHexDigit);
        if (isHash || IsRefName(revision))
        {
            foreach (var candidate in isHash ? [$"refs/tags/{revision}", $"refs/heads/{revision}", revision] : new[] { $"refs/tags/{revision}", $"refs/heads/{revision}" })
            {
                var found = await git.RunAsync(Command("rev-parse", "--quiet", "--verify", "--end-of-options").Add(candidate + "^{commit}"), cancellation);
                if (found.Succeeded && CommitId.TryParse(found.Text, out commit)) return commit;
            }
        }
        throw new AnalysisRunnerException([new Problem(
            PolicyCodes.CommitNotFound,
            $"The repository '{remote.Name}' has no commit, tag or branch {Quoted.Value(revision)}; push it, or submit the full hash that 'git rev-parse HEAD' prints.",
            "commit")]);
    }

    private async Task RequireBranchOrTagAsync(RemoteRepository remote, CommitId commit, CancellationToken cancellation)
    {
        var holders = await git.RunAsync(Command("for-each-ref", "--count=1", "--format=%(refname)").Add($"--contains={commit}", "refs/heads", "refs/tags"), cancellation);
        if (holders is { Succeeded: true, Lines.Length: > 0 }) return;
        throw new AnalysisRunnerException([new Problem(
            PolicyCodes.CommitNotOnRemote,
            $"No branch or tag of the repository '{remote.Name}' contains the commit '{commit}', so it could vanish and nobody could look at it; push it to a branch and submit again.",
            "commit")]);
    }

    /// <summary>Whether every commit, folder and file that a checkout will read is there.</summary>
    private async Task<bool> IsWholeAsync(CommitId commit, CancellationToken cancellation) =>
        (await git.RunAsync(Command("rev-list", "--quiet", "--objects", "--no-walk").Add(commit.ToString(), "--"), cancellation)).Succeeded;

    private async Task<DefaultBranch> JudgeAsync(RemoteRepository remote, CommitId commit, CancellationToken cancellation)
    {
        if (remote.DefaultBranch is not { } name) return new DefaultBranch(null, false, "Nobody asked for the default branch.");
        var judged = await git.RunAsync(Command("merge-base", "--is-ancestor").Add(commit.ToString(), "refs/heads/" + name), cancellation);
        return judged.ExitCode switch
        {
            0 => new DefaultBranch(name, true, null),
            1 => new DefaultBranch(name, false, $"The default branch \"{name}\" does not contain the commit; merge it first."),
            _ => new DefaultBranch(name, false, $"The repository has no branch \"{name}\"; have an administrator set 'default_branch' in [repositories.{remote.Name}]."),
        };
    }

    // What git-check-ref-format(1) forbids, and everything that a revision could do besides naming a ref.
    private static bool IsRefName(string text) =>
        text.Length is > 0 and <= 250 && text[0] is not ('-' or '/' or '.') && text[^1] is not ('/' or '.')
        && !text.Contains("..", StringComparison.Ordinal) && !text.Contains("//", StringComparison.Ordinal) && !text.Contains("@{", StringComparison.Ordinal)
        && text.All(c => c > ' ' && c != (char)127 && !"~^:?*[\\".Contains(c)) && text != "@";

    private GitCommand Command(string name, params string[] options) => new(name, options) { Repository = folder };

    private static AnalysisRunnerException TooLarge(RemoteRepository remote) => Unreachable(
        remote, string.Create(CultureInfo.InvariantCulture, $"it is larger than {remote.SizeLimit >> 20} MiB, the limit of 'fetch_size_limit_mb'"));

    private static AnalysisRunnerException Unreachable(RemoteRepository remote, string reason) => new([new Problem(
        PolicyCodes.RepositoryUnreachable,
        $"The server cannot fetch the repository '{remote.Name}': {reason}. Check that it exists and that the server may read it, and try again.",
        "repository")]);

    private static AnalysisRunnerException Failed(string what, GitResult result) => new(PolicyCodes.GitFailed, $"{what}: {result.Error}");
}
