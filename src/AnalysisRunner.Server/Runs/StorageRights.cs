using System.Runtime.Versioning;
using AnalysisRunner.Contracts;
using AnalysisRunner.Engines.Local.Users;
using AnalysisRunner.Server.Settings;
using AnalysisRunner.Server.Stores;
using AnalysisRunner.Server.Submissions;

namespace AnalysisRunner.Server.Runs;

/// <summary>
/// What the users of a dataset's levels may do in its storage, by the owners and modes of folders (docs/operations/identities.md).
/// <list type="bullet">
/// <item>Nobody else comes into either namespace. Into <c>main</c> come the users of standard and full; into <c>test</c> also that of test.</item>
/// <item><c>main</c> belongs to the user of full. The user of standard reads it, and creates files in the output prefix of a run while the run lasts;
/// at its end they change hands. So what exists when a run begins it can neither overwrite nor delete.</item>
/// <item><c>test</c> belongs to the user of test; the user of full writes there too, and that of standard reads.</item>
/// </list>
/// </summary>
internal sealed class StorageRights(StateFolders folders, ConfigComposition composition, CurrentSettings current)
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode GroupReads = UnixFileMode.GroupRead | UnixFileMode.GroupExecute;
    private const UnixFileMode Barrier = Owner | GroupReads;
    private const UnixFileMode Kept = Barrier | UnixFileMode.SetGroup;
    // With the sticky bit the group may add, and not remove or replace what is somebody else's.
    private const UnixFileMode Growing = Kept | UnixFileMode.GroupWrite | UnixFileMode.StickyBit;
    private const UnixFileMode Common = Kept | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;
    private const UnixFileMode KeptFile = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (string Dataset, string Prefix)> _growing = new(StringComparer.Ordinal);
    private readonly HashSet<string> _open = new(StringComparer.Ordinal);

    /// <summary>Gives a run that is about to start, or was found running, what its level may do. Does nothing where nobody has an identity, or a second time.</summary>
    /// <exception cref="IOException">The storage cannot be changed.</exception>
    public void Open(Invocation invocation)
    {
        if (invocation.Identity?.User is null || !OperatingSystem.IsLinux() || current.Policy.Find(invocation.Dataset) is not { } dataset) return;
        // In a bucket the rights are the bucket's.
        if (StorageAddress.IsUrl(folders.Storage(dataset.Name, invocation.Namespace))) return;
        lock (_lock)
        {
            if (!_open.Add(invocation.ArGuid)) return;
            try
            {
                var users = DatasetUsers.Of(dataset);
                Lay(dataset.Name, users);
                if (invocation.AccessLevel != AccessLevel.Standard) return;
                foreach (var folder in Categories(dataset.Name, AccessLevel.Standard)) Grow(folder, invocation.OutputPrefix, users);
                _growing[invocation.ArGuid] = (dataset.Name, invocation.OutputPrefix);
            }
            catch
            {
                _open.Remove(invocation.ArGuid);
                throw;
            }
        }
    }

    /// <summary>
    /// Takes away what <see cref="Open"/> gave, when no process of the run is left: what it made in <c>main</c> belongs to the user of full from now on. While
    /// another run writes to the same prefix, it is left to that one.
    /// </summary>
    /// <exception cref="IOException">The storage cannot be changed.</exception>
    public void Close(Invocation invocation)
    {
        if (!OperatingSystem.IsLinux()) return;
        lock (_lock)
        {
            if (!_growing.TryGetValue(invocation.ArGuid, out var own))
            {
                _open.Remove(invocation.ArGuid);
                return;
            }
            if (!_growing.Any(entry => entry.Key != invocation.ArGuid && entry.Value.Dataset == own.Dataset && Overlap(entry.Value.Prefix, own.Prefix))
                && current.Policy.Find(own.Dataset) is { } dataset)
            {
                var users = DatasetUsers.Of(dataset);
                foreach (var folder in Categories(own.Dataset, AccessLevel.Standard)) Keep(folder, own.Prefix, users);
            }
            _growing.Remove(invocation.ArGuid);
            _open.Remove(invocation.ArGuid);
        }
    }

    private IEnumerable<string> Categories(string dataset, AccessLevel level) => composition.StorageFolders(dataset, level).Select(folder => folder.Path);

    [SupportedOSPlatform("linux")]
    private void Lay(string dataset, DatasetUsers users)
    {
        Lay(AccessLevel.Full, users.MainGroup, users.MainOwner, Kept);
        Lay(AccessLevel.Test, users.TestGroup, users.TestOwner, Common);

        void Lay(AccessLevel level, uint visitors, FileOwner owner, UnixFileMode mode)
        {
            var root = folders.Storage(dataset, level.Namespace());
            CreatePassages(Path.GetDirectoryName(root)!);
            Directory.CreateDirectory(root);
            using var barrier = FolderHandle.Open(root);
            barrier.Become(new FileOwner(0, visitors), Barrier);
            foreach (var path in Categories(dataset, level))
            {
                using var category = barrier.OpenOrCreate(Path.GetFileName(path));
                category.Become(owner, mode);
            }
        }
    }

    /// <summary>Makes the folders above the storage, as far as they are missing, and lets the users through those that are the server's own.</summary>
    [SupportedOSPlatform("linux")]
    private void CreatePassages(string folder)
    {
        if (Directory.Exists(folder))
        {
            if ((folder + "/").StartsWith(folders.Root + "/", StringComparison.Ordinal))
            {
                UserFolders.LetPass(folder);
                if (folder != folders.Root) CreatePassages(Path.GetDirectoryName(folder)!);
            }
            return;
        }
        CreatePassages(Path.GetDirectoryName(folder)!);
        UserFolders.CreatePassage(folder);
    }

    /// <summary>Opens an output prefix for the user of standard, with the folders that earlier runs left in it.</summary>
    [SupportedOSPlatform("linux")]
    private static void Grow(string category, string prefix, DatasetUsers users)
    {
        var way = Walk(category, prefix, users, create: true);
        try
        {
            SetFolders(way[^1], users.MainOwner, Growing);
        }
        finally
        {
            Dispose(way);
        }
    }

    /// <summary>Closes an output prefix, and removes its folders where nothing was put.</summary>
    [SupportedOSPlatform("linux")]
    private static void Keep(string category, string prefix, DatasetUsers users)
    {
        var names = prefix.Split('/');
        var way = Walk(category, prefix, users, create: false);
        try
        {
            if (way.Count <= names.Length) return;
            Seal(way[^1], users);
            for (var depth = names.Length; depth > 0 && way[depth - 1].TryRemove(names[depth - 1]); depth--)
            {
            }
        }
        finally
        {
            Dispose(way);
        }
    }

    /// <summary>The open folders from a category down to a prefix; without <paramref name="create"/>, as far as there are any.</summary>
    [SupportedOSPlatform("linux")]
    private static List<FolderHandle> Walk(string category, string prefix, DatasetUsers users, bool create)
    {
        var way = new List<FolderHandle> { FolderHandle.Open(category) };
        try
        {
            foreach (var name in prefix.Split('/'))
            {
                var isNew = create && way[^1].Look(name) is null;
                if ((create ? way[^1].OpenOrCreate(name) : way[^1].Find(name)) is not { } next) break;
                way.Add(next);
                if (isNew) next.Become(users.MainOwner, Kept);
            }
            return way;
        }
        catch
        {
            Dispose(way);
            throw;
        }
    }

    [SupportedOSPlatform("linux")]
    private static void SetFolders(FolderHandle folder, FileOwner owner, UnixFileMode mode)
    {
        folder.Become(owner, mode);
        foreach (var name in folder.Names())
        {
            if (folder.Look(name) is not { IsFolder: true }) continue;
            using var inner = folder.Find(name);
            if (inner is not null) SetFolders(inner, owner, mode);
        }
    }

    // The folder first: from then on its names stay what they are.
    [SupportedOSPlatform("linux")]
    private static void Seal(FolderHandle folder, DatasetUsers users)
    {
        folder.Become(users.MainOwner, Kept);
        foreach (var name in folder.Names())
        {
            if (folder.Look(name) is not { } entry) continue;
            if (entry.IsFolder)
            {
                using var inner = folder.Find(name);
                if (inner is not null) Seal(inner, users);
            }
            else if (entry.Owner.User == users.Standard)
            {
                folder.Give(name, users.MainOwner, KeptFile);
            }
        }
    }

    [SupportedOSPlatform("linux")]
    private static void Dispose(List<FolderHandle> way)
    {
        foreach (var folder in way) folder.Dispose();
    }

    private static bool Overlap(string one, string other) =>
        (one + "/").StartsWith(other + "/", StringComparison.Ordinal) || (other + "/").StartsWith(one + "/", StringComparison.Ordinal);
}
