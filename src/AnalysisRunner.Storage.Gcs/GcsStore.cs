using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using AnalysisRunner.Storage.Integrity;
using AnalysisRunner.Storage.Transfers;

namespace AnalysisRunner.Storage.Gcs;

/// <summary>Google Cloud Storage, through its JSON API. A version is a generation.</summary>
public sealed class GcsStore : IObjectStore
{
    internal const string SchemeName = "gs";
    private const int MostReplacements = 20;
    private const string ObjectFields = "name,generation,metageneration,size,timeCreated,updated,contentType,contentEncoding,crc32c,md5Hash,metadata";

    private readonly GcsStoreOptions _options;
    private readonly GcsConnection _connection;
    private readonly GcsWriter _writer;
    private readonly GcsCopier _copier;

    /// <summary>Creates the store; nothing is asked of it yet.</summary>
    /// <exception cref="StorageException"><c>AR7017</c>: a setting is malformed.</exception>
    public GcsStore(GcsStoreOptions? options = null)
    {
        _options = options ?? new GcsStoreOptions();
        _options.Ensure();
        _connection = new GcsConnection(_options);
        _writer = new GcsWriter(this, _options, _connection);
        _copier = new GcsCopier(this, _connection);
    }

    /// <inheritdoc/>
    public string Scheme => SchemeName;

    /// <inheritdoc/>
    public async Task<ObjectInfo?> FindAsync(StoragePath path, CancellationToken cancellationToken = default) =>
        await FindObjectAsync(path, cancellationToken).ConfigureAwait(false) is { } found ? GcsRecord.Info(path, found) : null;

    /// <inheritdoc/>
    public async Task<IReadOnlySet<StoragePath>> ExistAsync(IReadOnlyCollection<StoragePath> paths, CancellationToken cancellationToken = default)
    {
        foreach (var path in paths) ObjectRules.EnsureObject(path, Scheme);
        return await ExactListing.FindAsync(this, paths, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<ObjectReadStream> OpenReadAsync(StoragePath path, ReadOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= ReadOptions.Default;
        ObjectRules.EnsureObject(path, Scheme);
        ObjectRules.EnsureRange(options);
        for (var attempt = 1; ; attempt++)
        {
            var found = await FindObjectAsync(path, cancellationToken).ConfigureAwait(false) ?? throw StorageErrors.NotFound(path);
            var info = GcsRecord.Info(path, found);
            if (options.Version is { } version && version != info.Version) throw StorageErrors.PreconditionFailed(path, version);
            var length = ObjectRules.RangeLength(options, info.Length);
            var expected = options.IsWhole ? GcsRecord.Digest(found) : new ContentDigest(length, null, null);
            if (length == 0 && !options.IsWhole) return Verified(path, options, info, expected, Stream.Null);
            try
            {
                var content = await MediaAsync(path, info, options.Offset, options.IsWhole ? null : options.Offset + length, cancellationToken).ConfigureAwait(false);
                return Verified(path, options, info, expected, new ResumingStream(content, options.Offset, options.Offset + length,
                    (position, token) => MediaAsync(path, info, position, options.Offset + length, token), GcsErrors.IsBreak, _options.Attempts));
            }
            catch (StorageException error) when (error.Code == StorageCodes.NotFound && options.Version is null && attempt < MostReplacements)
            {
                // It was replaced since it was described; a busy writer may do that a few times.
                await Task.Delay(Backoff.Delay(1), cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <inheritdoc/>
    public async Task<ObjectInfo> WriteAsync(StoragePath path, Stream content, WriteOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(content);
        options ??= WriteOptions.Default;
        ObjectRules.EnsureObject(path, Scheme);
        ObjectRules.EnsureMetadata(path, options.Metadata, GcsRecord.Reserved);
        return await _writer.WriteAsync(path, content, options, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ListEntry> ListAsync(StoragePath folder, ListOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        options ??= ListOptions.Default;
        ObjectRules.EnsureServed(folder, Scheme);
        string? token = null;
        do
        {
            var page = await _connection.AskAsync(new GcsRequest
            {
                Method = HttpMethod.Get,
                Address = _connection.Address($"/storage/v1/b/{Uri.EscapeDataString(folder.Bucket)}/o",
                    ("prefix", folder.FolderPrefix + options.Prefix), ("delimiter", options.Recursive ? null : "/"),
                    ("maxResults", options.PageSize.ToString(System.Globalization.CultureInfo.InvariantCulture)),
                    ("fields", "items(name,generation,size,timeCreated),prefixes,nextPageToken"), ("pageToken", token)),
                Path = folder,
                Operation = "list",
                IsRepeatable = true,
            }, GcsJson.Default.GcsPage, cancellationToken).ConfigureAwait(false);
            foreach (var entry in Entries(folder, page)) yield return entry;
            token = page.NextPageToken;
        }
        while (token is not null);
    }

    /// <inheritdoc/>
    public async Task DeleteAsync(StoragePath path, string? version = null, CancellationToken cancellationToken = default)
    {
        ObjectRules.EnsureObject(path, Scheme);
        var tries = 0;
        try
        {
            using var answer = await _connection.SendAsync(new GcsRequest
            {
                Method = HttpMethod.Delete,
                Address = _connection.ObjectAddress(path, ("ifGenerationMatch", version)),
                Path = path,
                Operation = "delete",
                IsRepeatable = version is not null,
                Configure = _ => tries++,
                Condition = version is null ? WriteCondition.None : WriteCondition.MatchVersion(version),
            }, cancellationToken).ConfigureAwait(false);
        }
        catch (StorageException error) when (error.Code == StorageCodes.NotFound && version is null)
        {
            // That it is not there is what was asked for.
        }
        catch (StorageException error) when (error.Kind == StorageErrorKind.PreconditionFailed && tries > 1)
        {
            // The first try did it, and its answer was lost: the version is gone either way.
        }
    }

    /// <inheritdoc/>
    public Task DeleteAsync(IReadOnlyCollection<StoragePath> paths, CancellationToken cancellationToken = default) =>
        ManyDeletions.RunAsync(paths, path => DeleteAsync(path, null, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public async Task<ObjectInfo> CopyAsync(StoragePath source, StoragePath destination, WriteOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= WriteOptions.Default;
        ObjectRules.EnsureCopy(Scheme, source, destination, options, GcsRecord.Reserved);
        return await _copier.CopyAsync(source, destination, options, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<ObjectInfo> MoveAsync(StoragePath source, StoragePath destination, WriteOptions? options = null, CancellationToken cancellationToken = default) =>
        MoveByCopy.RunAsync(this, source, destination, options, cancellationToken);

    /// <inheritdoc/>
    public async Task<ObjectInfo> ComposeAsync(IReadOnlyList<StoragePath> parts, StoragePath destination, WriteOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= WriteOptions.Default;
        ObjectRules.EnsureObject(destination, Scheme);
        ObjectRules.EnsureParts(parts, destination);
        ObjectRules.EnsureMetadata(destination, options.Metadata, GcsRecord.Reserved);
        return await new GcsComposer(this, _connection).ComposeAsync(parts, destination, options, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _connection.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>The object's resource; null when it does not exist.</summary>
    internal async Task<GcsObject?> FindObjectAsync(StoragePath path, CancellationToken cancellationToken)
    {
        ObjectRules.EnsureObject(path, Scheme);
        try
        {
            return await _connection.AskAsync(new GcsRequest
            {
                Method = HttpMethod.Get,
                Address = _connection.ObjectAddress(path, ("fields", ObjectFields)),
                Path = path,
                Operation = "read",
                IsRepeatable = true,
            }, GcsJson.Default.GcsObject, cancellationToken).ConfigureAwait(false);
        }
        catch (StorageException error) when (error.Code == StorageCodes.NotFound)
        {
            return null;
        }
    }

    /// <summary>The generation that a write demands, as the API has it: 0 is "none yet".</summary>
    internal static string? Generation(WriteCondition condition) => condition.Kind switch
    {
        WriteConditionKind.CreateOnly => "0",
        WriteConditionKind.MatchVersion => condition.Version,
        _ => null,
    };

    private async Task<Stream> MediaAsync(StoragePath path, ObjectInfo info, long from, long? end, CancellationToken cancellationToken)
    {
        var answer = await _connection.SendAsync(new GcsRequest
        {
            Method = HttpMethod.Get,
            Address = _connection.ObjectAddress(path, ("alt", "media"), ("generation", info.Version)),
            Path = path,
            Operation = "read",
            IsRepeatable = true,
            Configure = message => message.Headers.Range = from == 0 && end is null ? null : new RangeHeaderValue(from, end - 1),
        }, cancellationToken).ConfigureAwait(false);
        if (from > 0 && answer.StatusCode != HttpStatusCode.PartialContent)
        {
            answer.Dispose();
            throw StorageErrors.Unavailable(path, $"asked for a range, the store answered {(int)answer.StatusCode}");
        }
        return await answer.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
    }

    private ObjectReadStream Verified(StoragePath path, ReadOptions options, ObjectInfo info, ContentDigest expected, Stream content) =>
        new(info, content, expected, _options.Timeout, options.Progress, error => GcsErrors.IsBreak(error) ? StorageErrors.Unavailable(path, error.Message, error) : null);

    private static IEnumerable<ListEntry> Entries(StoragePath folder, GcsPage page) =>
        (page.Items ?? []).Where(found => !found.Name!.EndsWith('/'))
            .Select(found => (Key: found.Name!, Entry: GcsRecord.Info(StoragePath.Listed(folder, found.Name!), found) is var info
                ? new ListEntry(info.Path, false, info.Length, info.Modified, info.Version) : default))
            .Concat((page.Prefixes ?? []).Select(prefix => (Key: prefix, Entry: new ListEntry(StoragePath.Listed(folder, prefix.TrimEnd('/')), true, 0, null, null))))
            .OrderBy(entry => entry.Key, KeyOrder.Instance).Select(entry => entry.Entry);
}
