using System.Globalization;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Server.Code;

/// <summary>Brings the branches and tags of a remote repository into a bare one of the server's, within limits, and makes that anew when it is damaged.</summary>
/// <param name="git">Starts git.</param>
/// <param name="folder">The absolute path of the mirror.</param>
internal sealed class RemoteClone(GitProcess git, string folder)
{
    /// <summary>Under it every commit that was ever asked for keeps a ref.</summary>
    public const string Commits = "refs/analysis-runner/commits/";

    private static readonly TimeSpan SizeInterval = TimeSpan.FromSeconds(1);

    /// <summary>What the remote repository's branches and tags are now, one a line: the form of <see cref="ListOwnAsync"/>.</summary>
    /// <exception cref="AnalysisRunnerException"><c>AR6063</c> it cannot be reached.</exception>
    public async Task<string> ListRemoteAsync(RemoteRepository remote)
    {
        var listed = await git.RunAsync(
            new GitCommand("ls-remote", "--quiet", "--refs", "--heads", "--tags", "--")
            {
                Repository = folder,
                Transport = remote.Transport,
                Credentials = remote.Credentials,
                TimeLimit = remote.TimeLimit,
            }.AddValue(remote.Address),
            CancellationToken.None);
        return listed.Succeeded ? listed.Text : throw Unreachable(remote, listed.Error);
    }

    /// <summary>What the mirror's branches and tags are: hash, tab and name, one a line, by name.</summary>
    public async Task<string> ListOwnAsync()
    {
        var listed = await git.RunAsync(
            new GitCommand("for-each-ref", "--format=%(objectname)%09%(refname)", "refs/heads", "refs/tags") { Repository = folder }, CancellationToken.None);
        return listed.Succeeded ? listed.Text : throw new AnalysisRunnerException(PolicyCodes.GitFailed, $"Git cannot list the mirror \"{folder}\": {listed.Error}");
    }

    /// <summary>Fetches; a mirror that is missing or cannot fetch is made anew.</summary>
    /// <exception cref="AnalysisRunnerException"><c>AR6063</c> the remote cannot be reached, or is too large.</exception>
    public async Task UpdateAsync(RemoteRepository remote)
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
    /// <inheritdoc cref="UpdateAsync"/>
    public async Task BuildAsync(RemoteRepository remote)
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
            return MirrorUse.SizeOf(repository) <= remote.SizeLimit ? fetched : throw TooLarge(remote);
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
            if (MirrorUse.SizeOf(repository) > limit) await tooLarge.CancelAsync();
            await Task.Delay(SizeInterval, done).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

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

    private static AnalysisRunnerException TooLarge(RemoteRepository remote) => Unreachable(
        remote, string.Create(CultureInfo.InvariantCulture, $"it is larger than {remote.SizeLimit >> 20} MiB, the limit of 'fetch_size_limit_mb'"));

    private static AnalysisRunnerException Unreachable(RemoteRepository remote, string reason) => new([new Problem(
        PolicyCodes.RepositoryUnreachable,
        $"The server cannot fetch the repository '{remote.Name}': {reason}. Check that it exists and that the server may read it, and try again.",
        "repository")]);
}
