using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Server.Code;

/// <summary>Bare mirrors in one folder, named by the SHA-256 of what they mirror. One server at a time uses the folder.</summary>
public sealed class RepositoryMirrors : IRepositoryMirrors
{
    private static readonly TimeSpan ReadLimit = TimeSpan.FromMinutes(1);
    // About ten million paths: more than any repository that a checkout could be made of.
    private const int TreeLimit = 1024 * 1024 * 1024;

    private static readonly TimeSpan FetchLimit = TimeSpan.FromMinutes(10);

    private readonly string _folder;
    private readonly GitProcess _git;
    private readonly TrustedFolders _trusted;
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _locks = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, RemoteMirror> _remotes = new(StringComparer.Ordinal);

    /// <summary>Uses, and makes when it is missing, a folder.</summary>
    /// <param name="folder">The absolute path of the folder of the mirrors; made with mode 0700.</param>
    /// <param name="program">The absolute path of git (<see cref="GitProcess.FindProgram"/>).</param>
    /// <exception cref="IOException">The folder cannot be made.</exception>
    public RepositoryMirrors(string folder, string program)
    {
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
            return new ResolvedCommit
            {
                Commit = commit,
                Mirror = path,
                Subject = await mirror.GetSubjectAsync(source, commit, cancellation),
                DefaultBranch = await mirror.JudgeAsync(source, commit, cancellation),
                DefaultBranchRef = Code.Mirror.Default,
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
        return _remotes.GetOrAdd(path, _ => new RemoteMirror(_git, path)).ResolveAsync(remote, revision, cancellation);
    }

    /// <inheritdoc />
    public async Task<CommittedEntry?> FindAsync(ResolvedCommit commit, RepositoryPath path, CancellationToken cancellation)
    {
        var list = new GitCommand("ls-tree", "-z", "-l", "--full-tree", commit.Commit.ToString(), "--") { Repository = commit.Mirror };
        var listed = await ReadAsync(commit, list.AddValue(path.ToString()), cancellation);
        foreach (var entry in Encoding.UTF8.GetString(listed.Output).Split('\0', StringSplitOptions.RemoveEmptyEntries))
        {
            var tab = entry.IndexOf('\t', StringComparison.Ordinal);
            if (entry[(tab + 1)..] != path.ToString()) continue;
            var fields = entry[..tab].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var kind = fields[0] switch
            {
                "040000" => CommittedKind.Folder,
                "120000" => CommittedKind.SymbolicLink,
                "160000" => CommittedKind.Submodule,
                _ => CommittedKind.File,
            };
            long? size = long.TryParse(fields[3], NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) ? bytes : null;
            return new CommittedEntry(kind, fields[0] == "100755", fields[2], size);
        }
        return null;
    }

    /// <inheritdoc />
    public async Task<byte[]?> ReadFileAsync(ResolvedCommit commit, RepositoryPath path, int limit, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(limit);
        if (await FindAsync(commit, path, cancellation) is not { Kind: CommittedKind.File } file) return null;
        if (file.Size > limit)
        {
            throw new AnalysisRunnerException(
                PolicyCodes.GitFailed,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"\"{path}\" has {file.Size} bytes in the commit, and the server reads at most {limit} of it. Make it smaller."));
        }
        var read = new GitCommand("cat-file", "blob", file.ObjectId) { Repository = commit.Mirror, OutputLimit = limit };
        return (await ReadAsync(commit, read, cancellation)).Output;
    }

    /// <inheritdoc />
    public async Task<IReadOnlyList<Submodule>> ListSubmodulesAsync(ResolvedCommit commit, CancellationToken cancellation)
    {
        var list = new GitCommand("ls-tree", "-r", "-z", "--full-tree", commit.Commit.ToString())
        {
            Repository = commit.Mirror,
            OutputLimit = TreeLimit,
        };
        var entries = ReadSubmodules((await ReadAsync(commit, list, cancellation)).Output);
        if (entries.Count == 0) return [];
        var addresses = await ReadAddressesAsync(commit, cancellation);
        return [.. entries.Select(entry => new Submodule(entry.Path, entry.Commit, addresses.GetValueOrDefault(entry.Path)))];
    }

    private static List<(string Path, CommitId Commit)> ReadSubmodules(ReadOnlySpan<byte> entries)
    {
        var submodules = new List<(string, CommitId)>();
        while (entries.IndexOf((byte)0) is var end and >= 0)
        {
            var entry = entries[..end];
            if (entry.StartsWith("160000 "u8))
            {
                var tab = entry.IndexOf((byte)'\t');
                var hash = Encoding.ASCII.GetString(entry["160000 commit ".Length..tab]);
                submodules.Add((Encoding.UTF8.GetString(entry[(tab + 1)..]), CommitId.TryParse(hash, out var commit) ? commit : default));
            }
            entries = entries[(end + 1)..];
        }
        return submodules;
    }

    /// <summary>What <c>.gitmodules</c> says about paths and addresses; empty when it is absent or malformed.</summary>
    private async Task<Dictionary<string, string>> ReadAddressesAsync(ResolvedCommit commit, CancellationToken cancellation)
    {
        var read = new GitCommand("config", "--blob", commit.Commit + ":.gitmodules", "--null", "--list") { Repository = commit.Mirror };
        var result = await _git.RunAsync(read, cancellation);
        var values = new Dictionary<(string Name, string Key), string>();
        foreach (var line in Encoding.UTF8.GetString(result.Output).Split('\0', StringSplitOptions.RemoveEmptyEntries))
        {
            // submodule.<name>.<key>, a line break, and the value.
            var parts = line.Split('\n', 2);
            var dot = parts[0].LastIndexOf('.');
            if (parts is [var key, var value] && key.StartsWith("submodule.", StringComparison.Ordinal) && dot > "submodule.".Length) values[(key[..dot], key[(dot + 1)..])] = value;
        }
        var addresses = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var ((name, key), path) in values)
        {
            if (key == "path" && values.TryGetValue((name, "url"), out var address)) addresses[path] = address;
        }
        return addresses;
    }

    private async Task<GitResult> ReadAsync(ResolvedCommit commit, GitCommand command, CancellationToken cancellation)
    {
        var result = await _git.RunAsync(command, cancellation);
        return result.Succeeded ? result : throw new AnalysisRunnerException(
            PolicyCodes.GitFailed,
            $"Git cannot read the commit \"{commit.Commit}\" in the server's mirror: {result.Error} Submit again: the server then checks the mirror.");
    }

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
            DeleteFolder(damaged);
            return Open(path);
        }
        finally
        {
            DeleteFolder(fresh);
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
