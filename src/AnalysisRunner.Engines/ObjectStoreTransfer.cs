using AnalysisRunner.Storage;
using AnalysisRunner.Storage.Transfers;

namespace AnalysisRunner.Engines;

/// <summary>Inputs from object stores and outputs to them, verified on the way. A store whose package is absent is told with the package's name.</summary>
/// <param name="stores">Owned by the caller.</param>
public sealed class ObjectStoreTransfer(ObjectStores stores) : IFileTransfer
{
    private readonly ObjectTransfer _transfer = new(stores);

    /// <inheritdoc/>
    public bool Handles(string url) => ObjectTransfer.Handles(url);

    /// <inheritdoc/>
    public Task DownloadAsync(string from, string to, CancellationToken cancellation) => _transfer.DownloadAsync(from, to, cancellation);

    /// <inheritdoc/>
    public Task UploadAsync(string from, string to, CancellationToken cancellation) => _transfer.UploadAsync(from, to, cancellation);
}
