namespace AnalysisRunner.Storage;

/// <summary>
/// One kind of object store. Safe for concurrent use. Every operation throws <see cref="StorageException"/> for what goes wrong with an object
/// and <see cref="OperationCanceledException"/> when it is cancelled; both leave no part of an object visible.
/// </summary>
public interface IObjectStore : IAsyncDisposable
{
    /// <summary>The scheme of the paths that it serves: <c>file</c>, <c>gs</c> or <c>s3</c>.</summary>
    string Scheme { get; }

    /// <summary>Size, digest, version, time and metadata of an object; null when it does not exist.</summary>
    Task<ObjectInfo?> FindAsync(StoragePath path, CancellationToken cancellationToken = default);

    /// <summary>
    /// Which of the objects exist. Asks with one listing per folder, and takes only exact paths: <c>out/x</c> is not there because <c>out/x2</c> is.
    /// </summary>
    Task<IReadOnlySet<StoragePath>> ExistAsync(IReadOnlyCollection<StoragePath> paths, CancellationToken cancellationToken = default);

    /// <summary>
    /// Opens an object. Reading checks the content against what was recorded: the read that would return the last byte of altered content, or that
    /// meets a premature end, throws <see cref="StorageErrorKind.Corrupt"/> instead. A range is checked for its length.
    /// </summary>
    Task<ObjectReadStream> OpenReadAsync(StoragePath path, ReadOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Writes a stream of any length from its current position to its end. The object appears whole or not at all, after the store has confirmed
    /// the digest of what it received.
    /// </summary>
    Task<ObjectInfo> WriteAsync(StoragePath path, Stream content, WriteOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>What lies below a folder, in the order of the keys' UTF-8 bytes. A folder that does not exist is empty.</summary>
    IAsyncEnumerable<ListEntry> ListAsync(StoragePath folder, ListOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Deletes an object; one that does not exist is no error.</summary>
    /// <param name="path">The object.</param>
    /// <param name="version">Only this version; another, or none, is refused with <see cref="StorageErrorKind.PreconditionFailed"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task DeleteAsync(StoragePath path, string? version = null, CancellationToken cancellationToken = default);

    /// <summary>Deletes many objects, with as few requests as the store allows.</summary>
    /// <exception cref="AggregateException">Some could not be deleted: a <see cref="StorageException"/> for each.</exception>
    Task DeleteAsync(IReadOnlyCollection<StoragePath> paths, CancellationToken cancellationToken = default);

    /// <summary>
    /// Copies an object inside this store, on the server's side where there is one. Metadata and digests go along; of <paramref name="options"/> the
    /// condition and the progress count, and metadata and content type where they are given.
    /// </summary>
    Task<ObjectInfo> CopyAsync(StoragePath source, StoragePath destination, WriteOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Copies an object and deletes the version that was copied. A crash between leaves both.</summary>
    Task<ObjectInfo> MoveAsync(StoragePath source, StoragePath destination, WriteOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Makes one object of others, end to end, on the server's side where it can.</summary>
    /// <param name="parts">1 to 1,024 objects of the bucket of <paramref name="destination"/>.</param>
    /// <param name="destination">The object; it may be one of the parts.</param>
    /// <param name="options">As for a write.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<ObjectInfo> ComposeAsync(IReadOnlyList<StoragePath> parts, StoragePath destination, WriteOptions? options = null, CancellationToken cancellationToken = default);
}
