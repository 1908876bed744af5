using AnalysisRunner.Storage;
using AnalysisRunner.Storage.Transfers;

namespace AnalysisRunner.Engines;

/// <summary>Inputs from object stores and outputs to them, verified on the way. A store whose package is absent is told with the package's name.</summary>
/// <param name="stores">Owned by the caller.</param>
public sealed class ObjectStoreTransfer(ObjectStores stores) : IFileTransfer
{
    private readonly ObjectTransfer _transfer = new(stores);

    /// <inheritdoc/>
    /// <exception cref="StorageException">The store's package is absent, or a setting of it is malformed: better said before a job has worked for hours.</exception>
    public bool Handles(string url)
    {
        if (!ObjectTransfer.Handles(url)) return false;
        stores.For(StoragePath.Parse(url));
        return true;
    }

    /// <inheritdoc/>
    public Task DownloadAsync(string from, string to, CancellationToken cancellation) => _transfer.DownloadAsync(from, to, cancellation);

    /// <inheritdoc/>
    public Task UploadAsync(string from, string to, CancellationToken cancellation) => _transfer.UploadAsync(from, to, cancellation);
}
