using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using AnalysisRunner.Storage.Integrity;
using AnalysisRunner.Storage.Transfers;

namespace AnalysisRunner.Storage.Gcs;

/// <summary>
/// A resumable upload (https://cloud.google.com/storage/docs/performing-resumable-uploads). After a broken connection the server is asked how far it came, and the
/// rest of the piece is sent from that byte on; a session takes each byte once, so that this is safe without a condition too.
/// </summary>
internal sealed class GcsUploadSession(GcsStore store, GcsStoreOptions options, GcsConnection connection, StoragePath path, WriteOptions write, string writeId)
{
    private Uri _session = null!;

    internal async Task<ObjectInfo> WriteAsync(UploadPart first, PartReader reader, CancellationToken cancellationToken)
    {
        var current = first;
        UploadPart? next = null;
        try
        {
            await BeginAsync(cancellationToken).ConfigureAwait(false);
            long start = 0;
            while (true)
            {
                // The last piece says so, which only the next one's absence tells.
                next = await reader.NextAsync(cancellationToken).ConfigureAwait(false);
                var end = start + current.Length;
                var made = await SendAsync(current, start, next is null ? end : null, reader.Digest, cancellationToken).ConfigureAwait(false);
                write.Progress?.Report(end);
                current.Dispose();
                start = end;
                if (next is null) return await RecordAsync(made!, reader.Digest, cancellationToken).ConfigureAwait(false);
                (current, next) = (next, null);
            }
        }
        catch
        {
            await CancelAsync().ConfigureAwait(false);
            throw;
        }
        finally
        {
            current.Dispose();
            next?.Dispose();
        }
    }

    private async Task BeginAsync(CancellationToken cancellationToken)
    {
        var resource = JsonSerializer.Serialize(new GcsObject
        {
            Name = path.Key,
            ContentType = write.ContentType ?? "application/octet-stream",
            Metadata = GcsRecord.Metadata(write, null, writeId),
        }, GcsJson.Default.GcsObject);
        using var answer = await connection.SendAsync(new GcsRequest
        {
            Method = HttpMethod.Post,
            Address = connection.Address($"/upload/storage/v1/b/{Uri.EscapeDataString(path.Bucket)}/o", ("uploadType", "resumable"), ("ifGenerationMatch", GcsStore.Generation(write.Condition))),
            Path = path,
            Operation = "write",
            // A session that nobody uses changes nothing.
            IsRepeatable = true,
            Condition = write.Condition,
            Content = () => new StringContent(resource, Encoding.UTF8, "application/json"),
        }, cancellationToken).ConfigureAwait(false);
        _session = answer.Headers.Location ?? throw StorageErrors.Unavailable(path, "the answer names no upload session");
    }

    /// <summary>Sends one piece, as often as it takes.</summary>
    /// <returns>The object when this was the last piece; else null.</returns>
    private async Task<GcsObject?> SendAsync(UploadPart piece, long start, long? total, ContentDigest digest, CancellationToken cancellationToken)
    {
        var deadline = Environment.TickCount64 + (long)options.RetryBudget.TotalMilliseconds;
        var from = start;
        for (var attempt = 1; ; attempt++)
        {
            var request = Put(piece, start, from, total, digest);
            try
            {
                using var answer = await connection.SendOnceAsync(request, cancellationToken).ConfigureAwait(false);
                var (made, persisted, failure) = await ReadAsync(request, answer, cancellationToken).ConfigureAwait(false);
                if (made is not null) return made;
                if (failure is not null)
                {
                    if (!GcsErrors.IsRetryable(answer.StatusCode) || GivesUp()) throw failure;
                }
                else if (persisted == start + piece.Length && total is null)
                {
                    return null;
                }
                else
                {
                    // The server took a part of it: that is progress, no failure.
                    if (persisted > from) attempt = 0;
                    from = Inside(persisted);
                    if (GivesUp()) throw StorageErrors.Unavailable(path, string.Create(CultureInfo.InvariantCulture, $"the upload does not get beyond byte {persisted}"));
                    continue;
                }
            }
            catch (Exception error) when (GcsErrors.IsBreak(error) || error is StorageException { Code: StorageCodes.TimedOut })
            {
                if (GivesUp()) throw error as StorageException ?? StorageErrors.Unavailable(path, error.Message, error);
            }
            await Task.Delay(Backoff.Delay(attempt), cancellationToken).ConfigureAwait(false);
            var (finished, reached) = await StatusAsync(total, cancellationToken).ConfigureAwait(false);
            if (finished is not null) return finished;
            if (reached > from) attempt = 0;
            from = Inside(reached);
            if (from == start + piece.Length && total is null) return null;

            bool GivesUp() => attempt >= options.Attempts || Environment.TickCount64 >= deadline;
        }

        long Inside(long reached) => reached >= start && reached <= start + piece.Length ? reached
            : throw StorageErrors.Unavailable(path, string.Create(CultureInfo.InvariantCulture, $"the upload session went back to byte {reached}"));
    }

    private GcsRequest Put(UploadPart piece, long start, long from, long? total, ContentDigest digest) => new()
    {
        Method = HttpMethod.Put,
        Address = _session,
        Path = path,
        Operation = "write",
        IsRepeatable = false,
        Condition = write.Condition,
        Content = () =>
        {
            var content = new UploadContent(piece, from - start);
            var end = start + piece.Length;
            // A piece of nothing, which ends an upload whose bytes are all there, has no range but the total.
            content.Headers.ContentRange = from == end ? new ContentRangeHeaderValue(total!.Value) : total is { } length ? new ContentRangeHeaderValue(from, end - 1, length) : new ContentRangeHeaderValue(from, end - 1);
            return content;
        },
        Configure = message =>
        {
            if (total is not null) message.Headers.TryAddWithoutValidation("X-Goog-Hash", $"crc32c={Crc32C.ToBase64(digest.Crc32C!.Value)}");
        },
    };

    private async Task<(GcsObject? Made, long Persisted)> StatusAsync(long? total, CancellationToken cancellationToken)
    {
        var request = new GcsRequest
        {
            Method = HttpMethod.Put,
            Address = _session,
            Path = path,
            Operation = "write",
            IsRepeatable = true,
            Condition = write.Condition,
            Accepts = static status => status == HttpStatusCode.PermanentRedirect,
            Content = () =>
            {
                var content = new ByteArrayContent([]);
                content.Headers.TryAddWithoutValidation("Content-Range", total is { } length ? string.Create(CultureInfo.InvariantCulture, $"bytes */{length}") : "bytes */*");
                return content;
            },
        };
        using var answer = await connection.SendAsync(request, cancellationToken).ConfigureAwait(false);
        var (made, persisted, failure) = await ReadAsync(request, answer, cancellationToken).ConfigureAwait(false);
        return failure is null ? (made, persisted) : throw failure;
    }

    // 308 says how far the server came, in its Range header; no header means nothing yet.
    private async Task<(GcsObject? Made, long Persisted, StorageException? Failure)> ReadAsync(GcsRequest request, HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        if (answer.StatusCode == HttpStatusCode.PermanentRedirect)
        {
            var range = answer.Headers.TryGetValues("Range", out var values) ? values.First() : null;
            var persisted = range is null ? 0 : long.TryParse(range.AsSpan(range.LastIndexOf('-') + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var last) ? last + 1
                : throw StorageErrors.Unavailable(path, $"the upload session answers with the range {range}");
            return (null, persisted, null);
        }
        if (!answer.IsSuccessStatusCode)
        {
            return answer.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Gone
                ? (null, 0, StorageErrors.Unavailable(path, $"the upload session is gone ({(int)answer.StatusCode})"))
                : (null, 0, await connection.ErrorAsync(request, answer, cancellationToken).ConfigureAwait(false));
        }
        var body = await answer.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
        return (JsonSerializer.Deserialize(body, GcsJson.Default.GcsObject), 0, null);
    }

    // The digest of a stream is known when it has ended, and metadata can be added without a new generation.
    private async Task<ObjectInfo> RecordAsync(GcsObject made, ContentDigest digest, CancellationToken cancellationToken)
    {
        await GcsWriter.EnsureAsync(store, path, digest, made, cancellationToken).ConfigureAwait(false);
        var patch = JsonSerializer.Serialize(new GcsObject { Metadata = new Dictionary<string, string> { [GcsRecord.Sha256] = digest.Sha256! } }, GcsJson.Default.GcsObject);
        try
        {
            var recorded = await connection.AskAsync(new GcsRequest
            {
                Method = HttpMethod.Patch,
                Address = connection.ObjectAddress(path, ("generation", made.Generation), ("ifMetagenerationMatch", made.Metageneration)),
                Path = path,
                Operation = "write",
                IsRepeatable = true,
                Content = () => new StringContent(patch, Encoding.UTF8, "application/json"),
                Accepts = static status => status is HttpStatusCode.PreconditionFailed,
            }, GcsJson.Default.GcsObject, cancellationToken).ConfigureAwait(false);
            // An answer of "precondition failed" is no resource: a try whose answer was lost has recorded it already.
            made = recorded.Generation is null ? made : recorded;
        }
        catch (StorageException error) when (error.Code == StorageCodes.NotFound)
        {
            // Another writer has replaced the object already; this write was made all the same.
        }
        return GcsRecord.Info(path, made) with { Sha256 = digest.Sha256 };
    }

    // Not with the caller's token, which may be what ended the write. A session that is left ends by itself in a week.
    private async Task CancelAsync()
    {
        if (_session is null) return;
        try
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
            using var answer = await connection.SendOnceAsync(new GcsRequest { Method = HttpMethod.Delete, Address = _session, Path = path, Operation = "write", IsRepeatable = true }, patience.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (error is HttpRequestException or IOException or OperationCanceledException)
        {
            // What ended the write is what the caller must hear of.
        }
    }
}
