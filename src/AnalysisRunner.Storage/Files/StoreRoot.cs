namespace AnalysisRunner.Storage.Files;

/// <summary>The folder that a file store stays in. Links inside it may lead anywhere inside it, and nowhere else.</summary>
internal sealed class StoreRoot
{
    private readonly StoragePath _root;
    // Every part of a path is looked at for it, and a store that finds nothing never asks.
    private readonly Lazy<string> _real;

    /// <exception cref="StorageException"><c>AR7017</c>: the folder does not exist.</exception>
    internal StoreRoot(string folder)
    {
        _root = StoragePath.FromLocal(folder);
        if (!Path.Exists(_root.LocalPath)) throw Missing();
        _real = new Lazy<string>(() => FileSystem.RealPath(_root.LocalPath) ?? throw Missing(), LazyThreadSafetyMode.PublicationOnly);

        StorageException Missing() => StorageErrors.BadSetting(nameof(FileStoreOptions.Root), folder, "There is no such folder. Create it, or correct the setting.");
    }

    /// <summary>Refuses a path outside, by its text or by a link on its way.</summary>
    internal void Ensure(StoragePath path)
    {
        if (path != _root && !path.IsBelow(_root)) throw Outside(path, "it does not lie below it");
        var existing = path;
        string? real;
        while ((real = FileSystem.RealPath(existing.LocalPath)) is null)
        {
            // A link that leads nowhere yet would be followed by whoever creates its target.
            if (new FileInfo(existing.LocalPath).LinkTarget is { } target) throw Outside(path, $"\"{existing.LocalPath}\" is a link to \"{target}\", which does not exist");
            existing = existing.Parent;
        }
        if (!Contains(real)) throw Outside(path, $"a link leads to \"{real}\"");
    }

    /// <summary>Whether a link, met in a listing, leads to something inside.</summary>
    internal bool Holds(string linkPath) => FileSystem.RealPath(linkPath) is { } real && Contains(real);

    private bool Contains(string real) =>
        real == _real.Value || real.StartsWith(Path.EndsInDirectorySeparator(_real.Value) ? _real.Value : _real.Value + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    private StorageException Outside(StoragePath path, string why) => new(StorageErrorKind.Denied, StorageCodes.OutsideRoot, path.ToString(),
        $"\"{path}\" leads out of the store's root \"{_root.LocalPath}\": {why}. Use a path below the root.");
}
