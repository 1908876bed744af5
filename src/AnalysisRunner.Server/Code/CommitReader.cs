using System.Globalization;
using System.Text;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using Microsoft.Extensions.Caching.Memory;

namespace AnalysisRunner.Server.Code;

/// <summary>
/// Reads what commits hold. A commit never changes, so every answer is remembered by its full hash, in bounded memory; only the first question about a
/// commit costs git anything.
/// </summary>
internal sealed class CommitReader : IDisposable
{
    // About ten million paths: more than any repository that a checkout could be made of.
    private const int TreeLimit = 1024 * 1024 * 1024;
    private const int FolderLimit = 64 * 1024 * 1024;
    private const long Remembered = 32 * 1024 * 1024;
    private const int EntryCost = 256;

    private readonly GitProcess _git;
    private readonly GitObjectReaders _readers;
    private readonly MemoryCache _answers = new(new MemoryCacheOptions { SizeLimit = Remembered });

    /// <summary>Knows nothing yet.</summary>
    public CommitReader(GitProcess git)
    {
        _git = git;
        _readers = new GitObjectReaders(git);
    }

    /// <inheritdoc cref="IRepositoryMirrors.FindAsync"/>
    public async Task<CommittedEntry?> FindAsync(ResolvedCommit commit, RepositoryPath path, CancellationToken cancellation) =>
        await RememberAsync(
            (commit.Commit, path),
            () => _readers.ReadAsync(commit.Mirror, reader => FindAsync(reader, commit, path.ToString(), cancellation), cancellation),
            _ => EntryCost + (2 * path.ToString().Length));

    /// <inheritdoc cref="IRepositoryMirrors.ReadFileAsync"/>
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
        return await RememberAsync(
            file.ObjectId,
            () => _readers.ReadAsync(
                commit.Mirror,
                async reader => (await reader.ReadAsync(file.ObjectId, limit, cancellation))?.Content ?? throw Missing(commit, $"the file \"{path}\""),
                cancellation),
            content => EntryCost + content.Length);
    }

    /// <inheritdoc cref="IRepositoryMirrors.ListSubmodulesAsync"/>
    public Task<IReadOnlyList<Submodule>> ListSubmodulesAsync(ResolvedCommit commit, CancellationToken cancellation) =>
        RememberAsync(commit.Commit, () => ReadSubmodulesAsync(commit, cancellation), found => EntryCost * (1 + found.Count));

    /// <summary>Lets go of a mirror that is replaced. The answers stay true: they are about commits.</summary>
    public void Forget(string mirror) => _readers.Forget(mirror);

    public void Dispose()
    {
        _readers.Dispose();
        _answers.Dispose();
    }

    private async Task<T> RememberAsync<T>(object key, Func<Task<T>> read, Func<T, long> costOf)
    {
        if (_answers.TryGetValue(key, out T? known)) return known!;
        var answer = await read();
        _answers.Set(key, answer, new MemoryCacheEntryOptions { Size = costOf(answer) });
        return answer;
    }

    private static async Task<CommittedEntry?> FindAsync(GitObjectReader reader, ResolvedCommit commit, string path, CancellationToken cancellation)
    {
        var hashLength = commit.Commit.ToString().Length / 2;
        var folder = commit.Commit + "^{tree}";
        var names = path.Split('/');
        for (var depth = 0; ; depth++)
        {
            var tree = await reader.ReadAsync(folder, FolderLimit, cancellation) ?? throw Missing(commit, $"the folder of \"{path}\"");
            if (FindEntry(tree.Content, Encoding.UTF8.GetBytes(names[depth]), hashLength) is not { } entry) return null;
            var (mode, id) = entry;
            var kind = mode switch
            {
                "40000" => CommittedKind.Folder,
                "120000" => CommittedKind.SymbolicLink,
                "160000" => CommittedKind.Submodule,
                _ => CommittedKind.File,
            };
            if (depth < names.Length - 1)
            {
                if (kind != CommittedKind.Folder) return null;
                folder = id;
                continue;
            }
            long? size = kind is CommittedKind.Folder or CommittedKind.Submodule
                ? null
                : (await reader.FindAsync(id, cancellation))?.Size ?? throw Missing(commit, $"the file \"{path}\"");
            return new CommittedEntry(kind, mode == "100755", id, size);
        }
    }

    /// <summary>Looks a name up in a tree object: mode, space, name, NUL and the bytes of the hash, again and again.</summary>
    private static (string Mode, string Id)? FindEntry(ReadOnlySpan<byte> tree, ReadOnlySpan<byte> name, int hashLength)
    {
        while (tree.Length > 0)
        {
            var space = tree.IndexOf((byte)' ');
            var end = tree.IndexOf((byte)0);
            if (space < 0 || end < space || tree.Length < end + 1 + hashLength) throw new AnalysisRunnerException(PolicyCodes.GitFailed, "Git gave a folder of a commit that is damaged; repair the repository.");
            if (tree[(space + 1)..end].SequenceEqual(name))
            {
                return (Encoding.ASCII.GetString(tree[..space]), Convert.ToHexStringLower(tree.Slice(end + 1, hashLength)));
            }
            tree = tree[(end + 1 + hashLength)..];
        }
        return null;
    }

    private async Task<IReadOnlyList<Submodule>> ReadSubmodulesAsync(ResolvedCommit commit, CancellationToken cancellation)
    {
        var list = new GitCommand("ls-tree", "-r", "-z", "--full-tree", commit.Commit.ToString())
        {
            Repository = commit.Mirror,
            OutputLimit = TreeLimit,
        };
        var result = await _git.RunAsync(list, cancellation);
        if (!result.Succeeded)
        {
            throw new AnalysisRunnerException(
                PolicyCodes.GitFailed,
                $"Git cannot read the commit \"{commit.Commit}\" in the server's mirror: {result.Error} Submit again: the server then checks the mirror.");
        }
        var entries = ReadSubmodules(result.Output);
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

    private static AnalysisRunnerException Missing(ResolvedCommit commit, string what) => new(
        PolicyCodes.GitFailed,
        $"The server's mirror lacks {what} of the commit \"{commit.Commit}\". Submit again: the server then checks the mirror.");
}
