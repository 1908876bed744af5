using System.Collections.Concurrent;
using System.Diagnostics;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Submissions;

namespace AnalysisRunner.Server.Code;

/// <summary>
/// The mirror of one remote repository: its branches and tags, and nothing that others may put there (<c>refs/pull/*</c>). Whoever asks gets an answer
/// from a look at the remote that began after they asked, and those who ask meanwhile share the next one. As long as the remote's branches and tags are
/// those that the mirror has, a look is a listing and no fetch, and what was found out about a commit before stays true.
/// </summary>
/// <param name="git">Starts git.</param>
/// <param name="folder">The absolute path of the mirror.</param>
/// <param name="time">Says when it is used.</param>
/// <param name="replaced">Hears that the mirror was made anew.</param>
internal sealed class RemoteMirror(GitProcess git, string folder, TimeProvider time, Action replaced)
{
    private const int RememberedAnswers = 10_000;

    // Under load there is always somebody who waits for the next look: without a pause, looks would follow each other and take a core. So they take an eighth
    // of the time at most, unless that were noticed by those who wait.
    private static readonly TimeSpan ShortestInterval = TimeSpan.FromMilliseconds(40);
    private static readonly TimeSpan LongestInterval = TimeSpan.FromMilliseconds(60);
    private const int IntervalsOfLook = 8;

    private readonly RemoteClone _clone = new(git, folder);
    private readonly Lock _lock = new();
    private Task _last = Task.CompletedTask;
    private Task<Content>? _waiting;
    private Content? _content;
    private long _lookedAt = long.MinValue;
    private TimeSpan _interval = ShortestInterval;

    /// <summary>Brings the mirror up to date and finds a commit in it.</summary>
    /// <param name="remote">What it mirrors.</param>
    /// <param name="revision">A hash, a tag or a branch.</param>
    /// <param name="cancellation">Gives up waiting; the look goes on for others.</param>
    /// <exception cref="AnalysisRunnerException"><c>AR6030</c>, <c>AR6061</c>, <c>AR6063</c>, <c>AR6037</c>.</exception>
    public async Task<ResolvedCommit> ResolveAsync(RemoteRepository remote, string revision, CancellationToken cancellation)
    {
        var content = await LookAsync(remote).WaitAsync(cancellation);
        var question = (revision, remote.DefaultBranch);
        var answer = content.Answers.GetOrAdd(question, _ => new Lazy<Task<ResolvedCommit>>(() => FindOutAsync(remote, revision)));
        try
        {
            return await answer.Value.WaitAsync(cancellation);
        }
        catch
        {
            // A refusal is found out anew: what failed may be git, and not the commit.
            content.Answers.TryRemove(new KeyValuePair<(string, string?), Lazy<Task<ResolvedCommit>>>(question, answer));
            throw;
        }
        finally
        {
            if (content.Answers.Count > RememberedAnswers) content.Answers.Clear();
        }
    }

    private async Task<ResolvedCommit> FindOutAsync(RemoteRepository remote, string revision)
    {
        var commit = await FindAsync(remote, revision);
        await RequireBranchOrTagAsync(remote, commit);
        if (!await IsWholeAsync(commit))
        {
            await RebuildAsync(remote);
            if (!await IsWholeAsync(commit)) throw new AnalysisRunnerException(PolicyCodes.GitFailed, $"The repository '{remote.Name}' lacks objects of the commit '{commit}', also when cloned anew; repair the repository.");
        }
        // Whatever the remote does later, a checkout that borrows these objects stays whole.
        var pinned = await git.RunAsync(Command("update-ref").Add(RemoteClone.Commits + commit, commit.ToString()), CancellationToken.None);
        if (!pinned.Succeeded) throw Failed($"Git cannot keep the commit '{commit}'", pinned);
        var subject = await git.RunAsync(Command("log", "--max-count=1", "--no-show-signature", "--format=%s").Add(commit.ToString(), "--"), CancellationToken.None);
        return new ResolvedCommit
        {
            Commit = commit,
            Mirror = folder,
            Subject = subject.Succeeded ? subject.Text : throw Failed($"Git cannot read the commit '{commit}'", subject),
            DefaultBranch = await JudgeAsync(remote, commit),
            DefaultBranchRef = remote.DefaultBranch is { } branch ? "refs/heads/" + branch : null,
        };
    }

    /// <summary>A look that has not begun yet: one is taken at a time, and everybody who comes while it is shares the next.</summary>
    private Task<Content> LookAsync(RemoteRepository remote)
    {
        lock (_lock)
        {
            return _waiting ??= Enqueue(async () =>
            {
                if (_lookedAt != long.MinValue && _interval - Stopwatch.GetElapsedTime(_lookedAt) is var pause && pause > TimeSpan.Zero) await Task.Delay(pause);
                // From here on a caller might miss what is pushed now, so it gets a look of its own.
                lock (_lock) _waiting = null;
                _lookedAt = Stopwatch.GetTimestamp();
                var content = await TakeLookAsync(remote);
                _interval = TimeSpan.FromTicks(Math.Clamp(Stopwatch.GetElapsedTime(_lookedAt).Ticks * IntervalsOfLook, ShortestInterval.Ticks, LongestInterval.Ticks));
                return content;
            });
        }
    }

    /// <summary>Removes the mirror unless it was used after a moment.</summary>
    public async Task<bool> TryRemoveAsync(DateTimeOffset used)
    {
        var isRemoved = false;
        Task removal;
        lock (_lock)
        {
            removal = Enqueue(() =>
            {
                if (MirrorUse.Last(folder) == used)
                {
                    Directory.Delete(folder, recursive: true);
                    _content = null;
                    replaced();
                    isRemoved = true;
                }
                return Task.FromResult(_content!);
            });
        }
        await removal;
        return isRemoved;
    }

    private Task<Content> RebuildAsync(RemoteRepository remote)
    {
        lock (_lock)
        {
            return Enqueue(async () =>
            {
                await _clone.BuildAsync(remote);
                return await RememberAsync();
            });
        }
    }

    private Task<Content> Enqueue(Func<Task<Content>> work)
    {
        var before = _last;
        var next = Task.Run(async () =>
        {
            await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return await work();
        });
        _last = next;
        return next;
    }

    private async Task<Content> TakeLookAsync(RemoteRepository remote)
    {
        // Refs of before, or a mirror that somebody else has touched, are no answer.
        var isCurrent = _content is { } known && MirrorFingerprint.Of(folder) == known.Fingerprint && await _clone.ListRemoteAsync(remote) == known.Refs;
        if (!isCurrent) await _clone.UpdateAsync(remote);
        MirrorUse.Note(folder, time.GetUtcNow());
        return isCurrent ? _content! : await RememberAsync();
    }

    private async Task<Content> RememberAsync()
    {
        replaced();
        return _content = new Content(MirrorFingerprint.Of(folder), await _clone.ListOwnAsync());
    }

    private async Task<CommitId> FindAsync(RemoteRepository remote, string revision)
    {
        if (CommitId.TryParse(revision, out var commit)) return commit;
        var isHash = revision.Length is >= 7 and < 40 && revision.All(char.IsAsciiHexDigit);
        if (isHash || IsRefName(revision))
        {
            foreach (var candidate in isHash ? [$"refs/tags/{revision}", $"refs/heads/{revision}", revision] : new[] { $"refs/tags/{revision}", $"refs/heads/{revision}" })
            {
                var found = await git.RunAsync(Command("rev-parse", "--quiet", "--verify", "--end-of-options").Add(candidate + "^{commit}"), CancellationToken.None);
                if (found.Succeeded && CommitId.TryParse(found.Text, out commit)) return commit;
            }
        }
        throw new AnalysisRunnerException([new Problem(
            PolicyCodes.CommitNotFound,
            $"The repository '{remote.Name}' has no commit, tag or branch {Quoted.Value(revision)}; push it, or submit the full hash that 'git rev-parse HEAD' prints.",
            "commit")]);
    }

    private async Task RequireBranchOrTagAsync(RemoteRepository remote, CommitId commit)
    {
        var holders = await git.RunAsync(
            Command("for-each-ref", "--count=1", "--format=%(refname)").Add($"--contains={commit}", "refs/heads", "refs/tags"), CancellationToken.None);
        if (holders is { Succeeded: true, Lines.Length: > 0 }) return;
        throw new AnalysisRunnerException([new Problem(
            PolicyCodes.CommitNotOnRemote,
            $"No branch or tag of the repository '{remote.Name}' contains the commit '{commit}', so it could vanish and nobody could look at it; push it to a branch and submit again.",
            "commit")]);
    }

    /// <summary>Whether every commit, folder and file that a checkout will read is there.</summary>
    private async Task<bool> IsWholeAsync(CommitId commit) =>
        (await git.RunAsync(Command("rev-list", "--quiet", "--objects", "--no-walk").Add(commit.ToString(), "--"), CancellationToken.None)).Succeeded;

    private async Task<DefaultBranch> JudgeAsync(RemoteRepository remote, CommitId commit)
    {
        if (remote.DefaultBranch is not { } name) return new DefaultBranch(null, false, "Nobody asked for the default branch.");
        var judged = await git.RunAsync(Command("merge-base", "--is-ancestor").Add(commit.ToString(), "refs/heads/" + name), CancellationToken.None);
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

    private static AnalysisRunnerException Failed(string what, GitResult result) => new(PolicyCodes.GitFailed, $"{what}: {result.Error}");

    /// <summary>What the mirror holds, and what was found out about it.</summary>
    private sealed record Content(string? Fingerprint, string Refs)
    {
        /// <summary>By revision and default branch.</summary>
        public ConcurrentDictionary<(string Revision, string? DefaultBranch), Lazy<Task<ResolvedCommit>>> Answers { get; } = new();
    }
}
