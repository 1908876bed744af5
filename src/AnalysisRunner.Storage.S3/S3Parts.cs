using System.Globalization;
using Amazon.S3;
using Amazon.S3.Model;
using AnalysisRunner.Storage.Transfers;

namespace AnalysisRunner.Storage.S3;

/// <summary>One object in parts. A part that fails is sent again by itself; when it fails for good, or the write is cancelled, the parts are given up on the server too.</summary>
internal sealed class S3Parts(S3Store store, S3StoreOptions options, S3Connection connection, S3Content content, StoragePath path, WriteOptions write, ByteCount sent)
{
    private const int MostParts = 10_000;

    private readonly string _writeId = Guid.NewGuid().ToString("N");
    private readonly SortedDictionary<int, (PartETag Tag, byte[] Md5)> _done = [];
    private string _upload = "";

    internal async Task<ObjectInfo> WriteAsync(UploadPart first, PartReader reader, CancellationToken cancellationToken)
    {
        await BeginAsync(first, null, cancellationToken).ConfigureAwait(false);
        try
        {
            await SendAllAsync(first, reader, cancellationToken).ConfigureAwait(false);
            var digest = reader.Digest;
            var entityTag = await CompleteAsync(cancellationToken).ConfigureAwait(false);
            await store.AskAsync(path, "tag", () => connection.Client(path).PutObjectTaggingAsync(new PutObjectTaggingRequest
            {
                BucketName = path.Bucket,
                Key = path.Key,
                Tagging = new Tagging { TagSet = S3Record.Tags(digest, entityTag) },
            }, cancellationToken), cancellationToken).ConfigureAwait(false);
            return S3Writer.Written(path, digest, write, entityTag);
        }
        catch
        {
            await AbortAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Makes the object of ranges of another one, on the server's side.</summary>
    internal async Task<string> CopyAsync(StoragePath source, ObjectInfo original, CancellationToken cancellationToken)
    {
        await BeginAsync(null, original, cancellationToken).ConfigureAwait(false);
        try
        {
            var size = Math.Max(options.PartSize, (original.Length + MostParts - 1) / MostParts);
            var ranges = Enumerable.Range(0, (int)((original.Length + size - 1) / size)).Select(i => (Number: i + 1, From: i * size, To: Math.Min((i + 1) * size, original.Length) - 1));
            await Parallel.ForEachAsync(ranges, new ParallelOptions { MaxDegreeOfParallelism = options.Parallelism, CancellationToken = cancellationToken }, async (range, token) =>
            {
                var answer = await store.AskAsync(path, "write", () => connection.Client(path).CopyPartAsync(new CopyPartRequest
                {
                    SourceBucket = source.Bucket,
                    SourceKey = source.Key,
                    DestinationBucket = path.Bucket,
                    DestinationKey = path.Key,
                    UploadId = _upload,
                    PartNumber = range.Number,
                    FirstByte = range.From,
                    LastByte = range.To,
                    ETagToMatch = [store.EntityTag(original.Version)],
                }, token), token, version: original.Version).ConfigureAwait(false);
                Done(range.Number, answer.ETag, []);
                sent.Add(range.To - range.From + 1);
            }).ConfigureAwait(false);
            return await CompleteAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await AbortAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task BeginAsync(UploadPart? first, ObjectInfo? original, CancellationToken cancellationToken)
    {
        var request = new InitiateMultipartUploadRequest
        {
            BucketName = path.Bucket,
            Key = path.Key,
            ContentType = write.ContentType,
            ServerSideEncryptionMethod = S3Checks.Encryption(options),
            ServerSideEncryptionKeyManagementServiceKeyId = options.KmsKey,
        };
        S3Record.AddTo(request.Metadata, S3Record.Metadata(write, original?.Sha256, original?.Crc32C, _writeId));
        try
        {
            _upload = (await store.AskAsync(path, "write", () => connection.Client(path).InitiateMultipartUploadAsync(request, cancellationToken), cancellationToken).ConfigureAwait(false)).UploadId;
        }
        catch
        {
            first?.Dispose();
            throw;
        }
    }

    // The stream is read here, in order; the parts that it gave are digested and sent beside.
    private async Task SendAllAsync(UploadPart first, PartReader reader, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var places = new SemaphoreSlim(options.Parallelism, options.Parallelism);
        var sending = new List<Task>();
        try
        {
            var number = 0;
            for (var part = first; part is not null; part = await reader.NextAsync(stop.Token).ConfigureAwait(false))
            {
                if (++number > MostParts)
                {
                    part.Dispose();
                    throw StorageErrors.LimitExceeded(path, $"\"{path}\" is larger than the {MostParts} parts that S3 takes. Split it.");
                }
                await places.WaitAsync(stop.Token).ConfigureAwait(false);
                sending.Add(SendAsync(part, number, places, stop));
                sending.RemoveAll(task => task.IsCompletedSuccessfully);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // A part failed and stopped the others; its error is thrown below.
        }
        catch
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(sending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
        await Task.WhenAll(sending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var failed in sending.Where(task => task.IsFaulted)) await failed.ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
    }

    private async Task SendAsync(UploadPart part, int number, SemaphoreSlim places, CancellationTokenSource stop)
    {
        try
        {
            using (part)
            {
                // Off the reader's thread: digesting a part takes as long as sending it.
                await Task.Yield();
                var md5 = await S3Checks.Md5Async(part, stop.Token).ConfigureAwait(false);
                // The signature covers the MD5, which the server compares: another digest for the signature's own sake would cost as much again.
                var headers = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["content-md5"] = Convert.ToBase64String(md5) };
                var query = string.Create(CultureInfo.InvariantCulture, $"partNumber={number}&uploadId={Uri.EscapeDataString(_upload)}");
                var receipt = await store.AskAsync(path, "write", () => content.PutAsync(path, query, headers, part, null, stop.Token), stop.Token).ConfigureAwait(false);
                S3Checks.EnsureEntityTag(path, options, receipt, Convert.ToHexStringLower(md5));
                Done(number, receipt.EntityTag ?? throw StorageErrors.Unavailable(path, "an answer without entity tag"), md5);
                sent.Add(part.Length);
            }
        }
        catch
        {
            await stop.CancelAsync().ConfigureAwait(false);
            throw;
        }
        finally
        {
            places.Release();
        }
    }

    private void Done(int number, string entityTag, byte[] md5)
    {
        lock (_done) _done[number] = (new PartETag(number, entityTag), md5);
    }

    private async Task<string> CompleteAsync(CancellationToken cancellationToken)
    {
        var request = new CompleteMultipartUploadRequest
        {
            BucketName = path.Bucket,
            Key = path.Key,
            UploadId = _upload,
            PartETags = [.. _done.Values.Select(part => part.Tag)],
            IfNoneMatch = write.Condition.Kind == WriteConditionKind.CreateOnly ? "*" : null,
            IfMatch = write.Condition.Kind == WriteConditionKind.MatchVersion ? store.EntityTag(write.Condition.Version!) : null,
        };
        try
        {
            await store.AskAsync(path, "write", () => connection.Client(path).CompleteMultipartUploadAsync(request, cancellationToken), cancellationToken, write.Condition).ConfigureAwait(false);
        }
        catch (StorageException error) when (error.Kind is StorageErrorKind.AlreadyExists or StorageErrorKind.PreconditionFailed or StorageErrorKind.NotFound)
        {
            // The store may have completed the parts and lost the answer: then the request that was sent again finds no upload, or its own object.
            if ((await store.FindRecordedAsync(path, cancellationToken).ConfigureAwait(false))?.Writer != _writeId) throw;
        }
        // Some engines answer without the entity tag; the object itself always has it.
        var made = await store.FindRecordedAsync(path, cancellationToken).ConfigureAwait(false);
        if (made?.Writer != _writeId) return S3Checks.EntityTagOf([.. _done.Values.Select(part => part.Md5)]);
        if (_done.Values.All(part => part.Md5.Length > 0))
            S3Checks.EnsureEntityTag(path, options, new S3Receipt(made.Value.Info.Version, false), S3Checks.EntityTagOf([.. _done.Values.Select(part => part.Md5)]));
        return made.Value.Info.Version;
    }

    // Not with the caller's token, which may be what ended the write. A bucket's lifecycle rule removes what a crash leaves.
    private async Task AbortAsync()
    {
        try
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            await connection.Client(path).AbortMultipartUploadAsync(path.Bucket, path.Key, _upload, patience.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (error is AmazonS3Exception or Amazon.Runtime.AmazonClientException or HttpRequestException or IOException or OperationCanceledException)
        {
            // What ended the write is what the caller must hear of.
        }
    }
}
