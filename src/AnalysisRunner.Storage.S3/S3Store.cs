using System.Runtime.CompilerServices;
using Amazon.S3;
using Amazon.S3.Model;

namespace AnalysisRunner.Storage.S3;

/// <summary>S3, and engines that speak its protocol. A version is an entity tag.</summary>
public sealed partial class S3Store : IObjectStore
{
    internal const string SchemeName = "s3";
    private const int DeletedPerRequest = 1000;

    private readonly S3StoreOptions _options;
    private readonly S3Connection _connection;
    private readonly S3Content _content;
    private readonly S3Writer _writer;
    private readonly S3Copier _copier;

    /// <summary>Creates the store; nothing is asked of it yet.</summary>
    /// <exception cref="StorageException"><c>AR7017</c>: a setting is malformed.</exception>
    public S3Store(S3StoreOptions? options = null)
    {
        _options = options ?? new S3StoreOptions();
        _options.Ensure();
        _connection = new S3Connection(_options);
        _content = new S3Content(_options, _connection);
        _writer = new S3Writer(this, _options, _connection, _content);
        _copier = new S3Copier(this, _options, _connection, _content);
    }

    /// <inheritdoc/>
    public string Scheme => SchemeName;

    /// <inheritdoc/>
    public async Task<ObjectInfo?> FindAsync(StoragePath path, CancellationToken cancellationToken = default) =>
        (await FindRecordedAsync(path, cancellationToken).ConfigureAwait(false))?.Info;

    /// <inheritdoc/>
    public async Task<IReadOnlySet<StoragePath>> ExistAsync(IReadOnlyCollection<StoragePath> paths, CancellationToken cancellationToken = default)
    {
        foreach (var path in paths) ObjectRules.EnsureObject(path, Scheme);
        return await ExactListing.FindAsync(this, paths, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<ObjectInfo> WriteAsync(StoragePath path, Stream content, WriteOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(content);
        options ??= WriteOptions.Default;
        ObjectRules.EnsureObject(path, Scheme);
        ObjectRules.EnsureMetadata(path, options.Metadata, S3Record.Reserved);
        return await _writer.WriteAsync(path, content, options, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ListEntry> ListAsync(StoragePath folder, ListOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        options ??= ListOptions.Default;
        ObjectRules.EnsureServed(folder, Scheme);
        var request = new ListObjectsV2Request
        {
            BucketName = folder.Bucket,
            Prefix = folder.FolderPrefix + options.Prefix,
            Delimiter = options.Recursive ? null : "/",
            MaxKeys = options.PageSize,
        };
        do
        {
            var page = await AskAsync(folder, "list", () => _connection.Client(folder).ListObjectsV2Async(request, cancellationToken), cancellationToken).ConfigureAwait(false);
            foreach (var entry in Entries(folder, page)) yield return entry;
            request.ContinuationToken = page.IsTruncated == true ? page.NextContinuationToken : null;
        }
        while (request.ContinuationToken is not null);
    }

    /// <inheritdoc/>
    public async Task DeleteAsync(StoragePath path, string? version = null, CancellationToken cancellationToken = default)
    {
        ObjectRules.EnsureObject(path, Scheme);
        // An engine that does not judge the condition is asked before: the moment between is the reason why docs/concepts/storage.md names such engines.
        if (version is not null && (await FindAsync(path, cancellationToken).ConfigureAwait(false))?.Version != version) throw StorageErrors.PreconditionFailed(path, version);
        await AskAsync(path, "delete", () => _connection.Client(path).DeleteObjectAsync(new DeleteObjectRequest
        {
            BucketName = path.Bucket,
            Key = path.Key,
            IfMatch = version is not null && _options.Conditional ? EntityTag(version) : null,
        }, cancellationToken), cancellationToken, version: version).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task DeleteAsync(IReadOnlyCollection<StoragePath> paths, CancellationToken cancellationToken = default)
    {
        foreach (var path in paths) ObjectRules.EnsureObject(path, Scheme);
        var failures = new List<StorageException>();
        foreach (var some in paths.GroupBy(path => path.Bucket).SelectMany(bucket => bucket.Chunk(DeletedPerRequest)))
        {
            try
            {
                await AskAsync(some[0], "delete", () => _connection.Client(some[0]).DeleteObjectsAsync(new DeleteObjectsRequest
                {
                    BucketName = some[0].Bucket,
                    Quiet = true,
                    Objects = [.. some.Select(path => new KeyVersion { Key = path.Key })],
                }, cancellationToken), cancellationToken).ConfigureAwait(false);
            }
            catch (StorageException error) when (error.InnerException is DeleteObjectsException { Response.DeleteErrors: { } errors })
            {
                failures.AddRange(errors.Select(failed => S3Errors.Translate(StoragePath.Listed(some[0], failed.Key), "delete", _connection.Identity, _options.Timeout,
                    new AmazonS3Exception(failed.Message) { ErrorCode = failed.Code })!));
            }
            catch (StorageException error)
            {
                failures.Add(error);
            }
        }
        if (failures.Count > 0) throw new AggregateException($"{failures.Count} of {paths.Count} objects could not be deleted.", failures);
    }

    /// <inheritdoc/>
    public async Task<ObjectInfo> CopyAsync(StoragePath source, StoragePath destination, WriteOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= WriteOptions.Default;
        ObjectRules.EnsureCopy(Scheme, source, destination, options, S3Record.Reserved);
        return await _copier.CopyAsync(source, destination, options, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<ObjectInfo> MoveAsync(StoragePath source, StoragePath destination, WriteOptions? options = null, CancellationToken cancellationToken = default) =>
        MoveByCopy.RunAsync(this, source, destination, options, cancellationToken);

    /// <inheritdoc/>
    public Task<ObjectInfo> ComposeAsync(IReadOnlyList<StoragePath> parts, StoragePath destination, WriteOptions? options = null, CancellationToken cancellationToken = default) =>
        // S3 composes parts of 5 MiB and more only, and then nobody has digested the whole.
        ThroughThisMachine.ComposeAsync(this, parts, destination, options, cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _content.Dispose();
        _connection.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Runs requests, and tells their faults as errors of this library.</summary>
    internal async Task<T> AskAsync<T>(
        StoragePath path, string operation, Func<Task<T>> request, CancellationToken cancellationToken, WriteCondition condition = default, string? version = null)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            return await request().ConfigureAwait(false);
        }
        catch (Exception error) when (cancellationToken.IsCancellationRequested && error is not StorageException)
        {
            throw new OperationCanceledException(error.Message, error, cancellationToken);
        }
        catch (Exception error) when (S3Errors.Translate(path, operation, _connection.Identity, _options.Timeout, error, condition, version) is { } translated)
        {
            throw translated;
        }
    }

    /// <summary>An entity tag as a condition: Amazon wants it quoted, other engines compare the bare text.</summary>
    internal string EntityTag(string version) => _options.IsAmazon ? $"\"{version}\"" : version;

    // Objects and folders come apart, and are put in one order. A key that ends with a slash stands for a folder in some consoles.
    private static IEnumerable<ListEntry> Entries(StoragePath folder, ListObjectsV2Response page) =>
        (page.S3Objects ?? []).Where(found => !found.Key.EndsWith('/'))
            .Select(found => (found.Key, Entry: new ListEntry(
                StoragePath.Listed(folder, found.Key), false, found.Size ?? 0, found.LastModified is { } time ? new DateTimeOffset(time.ToUniversalTime()) : null, found.ETag.Trim('"'))))
            .Concat((page.CommonPrefixes ?? []).Select(prefix => (Key: prefix, Entry: new ListEntry(StoragePath.Listed(folder, prefix.TrimEnd('/')), true, 0, null, null))))
            .OrderBy(entry => entry.Key, KeyOrder.Instance).Select(entry => entry.Entry);
}
