using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Server.Code;

/// <summary>Bare mirrors in one folder, named by the SHA-256 of what they mirror. One server at a time uses the folder.</summary>
public sealed class RepositoryMirrors : IRepositoryMirrors, IDisposable
{
    private static readonly TimeSpan ReadLimit = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan InUse = TimeSpan.FromHours(1);

    private static readonly TimeSpan FetchLimit = TimeSpan.FromMinutes(10);

    private readonly string _folder;
    private readonly GitProcess _git;
    private readonly TimeProvider _time;
    private readonly TrustedFolders _trusted;
    private readonly CommitReader _commits;
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _locks = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, RemoteMirror> _remotes = new(StringComparer.Ordinal);

    /// <summary>Uses, and makes when it is missing, a folder.</summary>
    /// <param name="folder">The absolute path of the folder of the mirrors; made with mode 0700.</param>
    /// <param name="program">The absolute path of git (<see cref="GitProcess.FindProgram"/>).</param>
    /// <param name="time">Says when a mirror is used; null for the system's clock.</param>
    /// <exception cref="IOException">The folder cannot be made.</exception>
    public RepositoryMirrors(string folder, string program, TimeProvider? time = null)
    {
        _time = time ?? TimeProvider.System;
        if (!Path.IsPathFullyQualified(folder) || folder.Any(char.IsControl))
        {
            throw new ArgumentException($"\"{folder}\" is not an absolute path without control characters.", nameof(folder));
        }
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
        else Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        _folder = folder;
        var globalConfig = Path.Combine(folder, "gitconfig");
        _git = new GitProcess(program, globalConfig, ReadLimit);
        _trusted = new TrustedFolders(_git, globalConfig);
        _commits = new CommitReader(_git);
    }

    /// <inheritdoc />
    public async Task<ResolvedCommit> ResolveAsync(string workTree, CommitId commit, CancellationToken cancellation)
    {
        await _trusted.RefreshAsync(cancellation);
        var source = await SourceRepository.FindAsync(_git, workTree, cancellation);
        if (commit.ToString().Length != (source.ObjectFormat == "sha256" ? 64 : 40))
        {
            throw new AnalysisRunnerException([new Problem(
                PolicyCodes.CommitNotFound,
                $"The commit \"{commit}\" is not a hash of the repository \"{source.Folder}\", which uses {source.ObjectFormat}. "
                + "Submit the full hash that \"git rev-parse HEAD\" prints there.",
                "commit")]);
        }

        var path = PathOf(source);
        var turn = _locks.GetOrAdd(path, _ => new SemaphoreSlim(1, 1));
        await turn.WaitAsync(cancellation);
        try
        {
            var mirror = await UpdateAsync(path, source, commit, cancellation);
            MirrorUse.Note(path, _time.GetUtcNow());
            return new ResolvedCommit
            {
                Commit = commit,
                Mirror = path,
                Subject = await mirror.GetSubjectAsync(source, commit, cancellation),
                DefaultBranch = await mirror.JudgeAsync(source, commit, cancellation),
            };
        }
        finally
        {
            turn.Release();
        }
    }

    /// <inheritdoc />
    public Task<ResolvedCommit> ResolveAsync(RemoteRepository remote, string revision, CancellationToken cancellation)
    {
        var path = Path.Combine(_folder, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes("remote\0" + remote.Address))) + ".git");
        return _remotes.GetOrAdd(path, _ => new RemoteMirror(_git, path, _time, () => _commits.Forget(path))).ResolveAsync(remote, revision, cancellation);
    }

    /// <inheritdoc />
    public async Task<IReadOnlyList<string>> ForgetAsync(DateTimeOffset? before, long? size, Func<string, bool> isNeeded, CancellationToken cancellation)
    {
        var all = Directory.EnumerateDirectories(_folder, "*.git").Select(path => (Path: path, Used: MirrorUse.Last(path), Size: MirrorUse.SizeOf(path))).OrderBy(mirror => mirror.Used).ToList();
        var total = all.Sum(mirror => mirror.Size);
        var removed = new List<string>();
        // A submission that is just being accepted has used it, and is not recorded yet.
        var idle = _time.GetUtcNow() - InUse;
        foreach (var mirror in all.Where(mirror => mirror.Used < idle && !isNeeded(mirror.Path)))
        {
            if (!(mirror.Used < before || total > size)) continue;
            cancellation.ThrowIfCancellationRequested();
            if (!await TryRemoveAsync(mirror.Path, mirror.Used, cancellation)) continue;
            total -= mirror.Size;
            removed.Add(mirror.Path);
        }
        return removed;
    }

    /// <inheritdoc />
    public Task<CommittedEntry?> FindAsync(ResolvedCommit commit, RepositoryPath path, CancellationToken cancellation) =>
        _commits.FindAsync(commit, path, cancellation);

    /// <inheritdoc />
    public Task<byte[]?> ReadFileAsync(ResolvedCommit commit, RepositoryPath path, int limit, CancellationToken cancellation) =>
        _commits.ReadFileAsync(commit, path, limit, cancellation);

    /// <inheritdoc />
    public Task<IReadOnlyList<Submodule>> ListSubmodulesAsync(ResolvedCommit commit, CancellationToken cancellation) =>
        _commits.ListSubmodulesAsync(commit, cancellation);

    /// <summary>Ends the git processes that read for it.</summary>
    public void Dispose() => _commits.Dispose();

    private async Task<Mirror> UpdateAsync(string path, SourceRepository source, CommitId commit, CancellationToken cancellation)
    {
        var mirror = Open(path);
        if (!mirror.Exists) return await BuildAsync(path, source, commit, [], cancellation);
        var content = await mirror.InspectAsync(commit, cancellation);
        if (!content.IsDamaged)
        {
            var isCurrent = content.HasCommit && content.DefaultTip == source.DefaultBranch.Tip && !(mirror.IsShallow && !source.IsShallow);
            if (isCurrent) return mirror;
            try
            {
                await mirror.FetchAsync(source, commit, cancellation);
                content = await mirror.InspectAsync(commit, cancellation);
                if (!content.IsDamaged) return mirror;
            }
            catch (AnalysisRunnerException failure) when (failure.Problems[0].Code == PolicyCodes.GitFailed)
            {
                // The fault is the mirror's if a fresh one succeeds; if that fails too, its error is the answer and the old mirror stays.
            }
        }
        return await BuildAsync(path, source, commit, await mirror.ListCommitsAsync(cancellation), cancellation);
    }

    /// <summary>Makes the mirror anew beside its place and then puts it there; once, because a second failure has another cause.</summary>
    private async Task<Mirror> BuildAsync(
        string path, SourceRepository source, CommitId commit, IReadOnlyList<CommitId> others, CancellationToken cancellation)
    {
        var (fresh, damaged) = ($"{path}.new", $"{path}.damaged");
        // Left behind by a server that died here.
        DeleteFolder(fresh);
        DeleteFolder(damaged);
        try
        {
            var mirror = Open(fresh);
            await mirror.CreateAsync(source.ObjectFormat, cancellation);
            await mirror.FetchAsync(source, commit, cancellation);
            await FetchOthersAsync(mirror, source, others, cancellation);
            if (Directory.Exists(path)) Directory.Move(path, damaged);
            Directory.Move(fresh, path);
            _commits.Forget(path);
            DeleteFolder(damaged);
            return Open(path);
        }
        finally
        {
            DeleteFolder(fresh);
        }
    }

    /// <summary>Removes a mirror unless somebody has used it meanwhile.</summary>
    private async Task<bool> TryRemoveAsync(string path, DateTimeOffset used, CancellationToken cancellation)
    {
        if (_remotes.TryGetValue(path, out var remote)) return await remote.TryRemoveAsync(used);
        var turn = _locks.GetOrAdd(path, _ => new SemaphoreSlim(1, 1));
        await turn.WaitAsync(cancellation);
        try
        {
            if (MirrorUse.Last(path) != used) return false;
            DeleteFolder(path);
            _commits.Forget(path);
            return true;
        }
        finally
        {
            turn.Release();
        }
    }

    private static async Task FetchOthersAsync(
        Mirror mirror, SourceRepository source, IEnumerable<CommitId> others, CancellationToken cancellation)
    {
        foreach (var other in others)
        {
            try
            {
                await mirror.FetchAsync(source, other, cancellation);
            }
            catch (AnalysisRunnerException)
            {
                // The user's repository no longer has it; a checkout that still borrows it was damaged already.
            }
        }
    }

    private static void DeleteFolder(string folder)
    {
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
    }

    private Mirror Open(string path) => new(_git, path, FetchLimit);

    // The format belongs to the name, because a repository that was made anew at the same place may have another.
    private string PathOf(SourceRepository source) => Path.Combine(
        _folder, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{source.ObjectFormat}\0{source.Folder}"))) + ".git");
}
