using System.Collections.Concurrent;
using AnalysisRunner.Storage.Files;

namespace AnalysisRunner.Storage;

/// <summary>
/// The stores of a program, by scheme: those that it was given, and, where it was given none for a scheme, that of the package for it if the program
/// has it. A store is opened when the first path needs it.
/// </summary>
public sealed class ObjectStores : IAsyncDisposable
{
    private static readonly Dictionary<string, string> Packages = new(StringComparer.Ordinal)
    {
        ["gs"] = "AnalysisRunner.Storage.Gcs",
        ["s3"] = "AnalysisRunner.Storage.S3",
    };

    private readonly ConcurrentDictionary<string, Lazy<IObjectStore>> _stores = new(StringComparer.Ordinal);
    private readonly Func<string, IObjectStoreProvider?> _findProvider;

    /// <summary>Creates the registry.</summary>
    /// <param name="stores">Stores with settings of their own, at most one per scheme; owned from now on.</param>
    public ObjectStores(params IReadOnlyList<IObjectStore> stores)
        : this(stores, InstalledProvider)
    {
    }

    internal ObjectStores(IReadOnlyList<IObjectStore> stores, Func<string, IObjectStoreProvider?> findProvider)
    {
        ArgumentNullException.ThrowIfNull(stores);
        _findProvider = findProvider;
        foreach (var store in stores)
            if (!_stores.TryAdd(store.Scheme, new Lazy<IObjectStore>(store)))
                throw new ArgumentException($"Two stores serve \"{store.Scheme}\" paths. Give one per scheme.", nameof(stores));
    }

    /// <summary>The store of a path.</summary>
    /// <exception cref="StorageException"><c>AR7002</c>: there is none; the message says which package to add.</exception>
    public IObjectStore For(StoragePath path) => _stores.GetOrAdd(path.Scheme, scheme => new Lazy<IObjectStore>(() => Open(scheme, path))).Value;

    /// <summary>Copies an object, on the server's side inside one store, else as a stream through this machine. Digests are compared on both ways.</summary>
    /// <exception cref="StorageException">What went wrong with either object.</exception>
    public async Task<ObjectInfo> CopyAsync(StoragePath source, StoragePath destination, WriteOptions? options = null, CancellationToken cancellationToken = default)
    {
        var (from, to) = (For(source), For(destination));
        return ReferenceEquals(from, to)
            ? await from.CopyAsync(source, destination, options, cancellationToken).ConfigureAwait(false)
            : await ThroughThisMachine.CopyAsync(from, source, to, destination, options, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var store in _stores.Values)
            if (store.IsValueCreated) await store.Value.DisposeAsync().ConfigureAwait(false);
    }

    private IObjectStore Open(string scheme, StoragePath path)
    {
        if (scheme == StoragePath.FileScheme) return new FileStore();
        return _findProvider(Packages[scheme])?.Open() ?? throw new StorageException(StorageErrorKind.Invalid, StorageCodes.NoStore, path.ToString(),
            $"\"{path}\" needs the package \"{Packages[scheme]}\", which this program does not have. Add it: dotnet add package {Packages[scheme]}.");
    }

    // The one place that looks for a package: its provider has the name of its assembly, so that adding the package is all that a user does.
    private static IObjectStoreProvider? InstalledProvider(string package) =>
        Type.GetType($"{package}.StoreProvider, {package}", throwOnError: false) is { } provider ? (IObjectStoreProvider?)Activator.CreateInstance(provider) : null;
}
