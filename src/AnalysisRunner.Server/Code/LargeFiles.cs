using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Runs;
using AnalysisRunner.Server.Submissions;

namespace AnalysisRunner.Server.Code;

/// <summary>
/// Brings the files that a commit keeps in Git LFS into the mirror, so that a checkout has the files and not the pointers to them. A run that would find
/// pointers where its author saw data is refused.
/// </summary>
/// <param name="folders">Where git's settings for this lie.</param>
/// <param name="program">The git program.</param>
internal sealed class LargeFiles(StateFolders folders, string program)
{
    private const int TreeLimit = 1024 * 1024 * 1024;
    private const string Attributes = ".gitattributes";

    private readonly GitProcess _git = new(program, Path.Combine(folders.Root, "lfs.gitconfig"), TimeSpan.FromMinutes(1));
    private readonly ConcurrentDictionary<CommitId, long> _known = new();
    private readonly Lazy<Task<bool>> _isInstalled = new(() => IsInstalledAsync(folders, program));

    /// <summary>Brings the files, if there are any, and marks the commit.</summary>
    /// <param name="commit">The commit; those of its submodules are only looked at.</param>
    /// <param name="remote">Where they come from; its limits of time and size hold.</param>
    /// <exception cref="AnalysisRunnerException"><c>AR6095</c> they cannot be brought.</exception>
    public async Task<ResolvedCommit> BringAsync(ResolvedCommit commit, RemoteRepository remote)
    {
        foreach (var (path, submodule, _) in commit.Submodules)
        {
            if (await SizeAsync(submodule) > 0) throw Refused($"the submodule {Quoted.Value(path)} keeps files in Git LFS, which the server fetches for the repository itself only; commit them there as they are");
        }
        var size = await SizeAsync(commit);
        if (size == 0) return commit;
        if (!await _isInstalled.Value) throw Refused("it keeps files in Git LFS, and the server has no git-lfs, so the run would find pointers in their place; have an administrator install git-lfs, or commit the files as they are");
        if (size > remote.SizeLimit)
        {
            throw Refused(string.Create(CultureInfo.InvariantCulture, $"its files in Git LFS have {size >> 20} MiB, more than {remote.SizeLimit >> 20} MiB, the limit of 'fetch_size_limit_mb'; keep large data in the dataset's storage"));
        }
        var fetch = new GitCommand("lfs", "fetch")
        {
            Repository = commit.Mirror,
            Transport = remote.Transport,
            Credentials = remote.Credentials,
            TimeLimit = remote.TimeLimit,
            // Not where a .lfsconfig of the commit would send it.
            Settings = ["lfs.url=" + EndpointOf(remote)],
        };
        var fetched = await _git.RunAsync(fetch.AddValue(remote.Address).Add(commit.Commit.ToString()), CancellationToken.None);
        return fetched.Succeeded ? commit with { HasLargeFiles = true } : throw Refused($"its files in Git LFS cannot be fetched: {fetched.Error} Push them with 'git lfs push', and check that the server may read them");
    }

    /// <summary>The bytes of a commit's files in Git LFS, as their pointers say; 0 when it has none. A commit never changes, so that it is looked at once.</summary>
    private async Task<long> SizeAsync(ResolvedCommit commit)
    {
        if (_known.TryGetValue(commit.Commit, out var known)) return known;
        var size = await HasAttributeAsync(commit) ? await SumAsync(commit) : 0;
        if (_known.Count > 100_000) _known.Clear();
        return _known[commit.Commit] = size;
    }

    private async Task<bool> HasAttributeAsync(ResolvedCommit commit)
    {
        var listed = await RunAsync(commit, new GitCommand("ls-tree", "-r", "-z", "--name-only", "--full-tree", commit.Commit.ToString()) { Repository = commit.Mirror, OutputLimit = TreeLimit });
        var files = Encoding.UTF8.GetString(listed.Output).Split('\0').Where(path => path == Attributes || path.EndsWith("/" + Attributes, StringComparison.Ordinal)).ToList();
        if (files.Count == 0) return false;
        var search = new GitCommand("grep", "--quiet", "-e", "filter=lfs", commit.Commit.ToString(), "--") { Repository = commit.Mirror };
        foreach (var file in files) search.AddValue(file);
        return (await RunAsync(commit, search)).Succeeded;
    }

    private async Task<long> SumAsync(ResolvedCommit commit)
    {
        // Both lines of each file that has both.
        var pointers = await RunAsync(commit, new GitCommand(
            "grep", "-h", "--all-match", "-e", "^version https://git-lfs\\.github\\.com/spec/v1$", "-e", "^size [0-9][0-9]*$", commit.Commit.ToString())
        { Repository = commit.Mirror });
        return pointers.Lines.Where(line => line.StartsWith("size ", StringComparison.Ordinal))
            .Sum(line => long.TryParse(line.AsSpan("size ".Length), NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? size : 0);
    }

    private async Task<GitResult> RunAsync(ResolvedCommit commit, GitCommand command)
    {
        var result = await _git.RunAsync(command, CancellationToken.None);
        // 1 is grep's answer that there is nothing.
        return result.ExitCode is 0 or 1 ? result : throw new AnalysisRunnerException(PolicyCodes.GitFailed, $"Git cannot read the commit \"{commit.Commit}\" in the server's mirror: {result.Error} Submit again: the server then checks the mirror.");
    }

    private static async Task<bool> IsInstalledAsync(StateFolders folders, string program) =>
        (await new GitProcess(program, Path.Combine(folders.Root, "lfs.gitconfig"), TimeSpan.FromMinutes(1)).RunAsync(new GitCommand("lfs", "version"), CancellationToken.None)).Succeeded;

    // As git-lfs finds it from the address of a repository.
    private static string EndpointOf(RemoteRepository remote) => remote.Transport is "https" or "http"
        ? remote.Address.TrimEnd('/') + (remote.Address.TrimEnd('/').EndsWith(".git", StringComparison.Ordinal) ? "/info/lfs" : ".git/info/lfs")
        : remote.Address;

    private static AnalysisRunnerException Refused(string why) => new([new Problem(IdentityCodes.LargeFiles, $"The commit cannot run: {why}.", "commit")]);
}
