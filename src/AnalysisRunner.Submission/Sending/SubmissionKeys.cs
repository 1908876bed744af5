using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Submission.Sending;

/// <summary>
/// Gives a submission its idempotency key, and the same key again to one that is the same submission: a second click while the first was under way, or a
/// repetition after nobody knows whether the first arrived. The file in <c>obj</c> is the memory, and its lock the turn: one build at a time sends.
/// </summary>
/// <param name="file">The file; null keeps no memory.</param>
/// <param name="time">Tells when a submission was delivered.</param>
/// <param name="patience">How long to wait for another build that sends.</param>
public sealed partial class SubmissionKeys(string? file, TimeProvider time, TimeSpan patience)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Takes the turn to send.</summary>
    /// <param name="server">Where to.</param>
    /// <param name="request">What.</param>
    /// <param name="begunAt">When the user asked for it.</param>
    /// <param name="cancellation">Stops waiting for the turn.</param>
    /// <exception cref="AnalysisRunnerException">AR1054: another build sends and does not end. AR1055: the file cannot be written.</exception>
    public async Task<SubmissionTurn> TakeAsync(string server, SubmissionRequest request, DateTimeOffset begunAt, CancellationToken cancellation)
    {
        if (file is null) return new SubmissionTurn(null, time, new Entry("", NewKey()), isRepeated: false);
        var stream = await OpenAsync(file, cancellation).ConfigureAwait(false);
        var digest = Digest(server, request);
        var known = Read(stream);
        // Not delivered: nobody knows whether it arrived. Delivered since this one was begun: the same click, or the second of two.
        var isRepeated = known?.Digest == digest && (known.DeliveredAt is not { } delivered || begunAt <= delivered);
        var turn = new SubmissionTurn(stream, time, isRepeated ? known! : new Entry(digest, NewKey()), isRepeated);
        turn.Keep();
        return turn;
    }

    private static string NewKey() => Guid.NewGuid().ToString("N");

    private static string Digest(string server, SubmissionRequest request) => Convert.ToHexStringLower(SHA256.HashData(
        [.. System.Text.Encoding.UTF8.GetBytes(server), 0, .. JsonSerializer.SerializeToUtf8Bytes(request, ContractsJson.Default.SubmissionRequest)]));

    private static Entry? Read(FileStream stream)
    {
        try
        {
            return stream.Length == 0 ? null : JsonSerializer.Deserialize(stream, EntryJson.Default.Entry);
        }
        catch (JsonException)
        {
            // Cut short by a power failure, or not ours: as good as none.
            return null;
        }
    }

    private async Task<FileStream> OpenAsync(string path, CancellationToken cancellation)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw NotWritable(path, exception);
        }
        var started = time.GetTimestamp();
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1);
            }
            catch (UnauthorizedAccessException exception)
            {
                throw NotWritable(path, exception);
            }
            catch (IOException exception)
            {
                // There is nothing to wait on: a lock file does not tell when it is released.
                if (time.GetElapsedTime(started) >= patience)
                {
                    throw new AnalysisRunnerException(
                        BuildCodes.SubmissionInFlight,
                        $"Another build has been sending a submission of this project for {patience.TotalSeconds:0} s and holds '{path}' ({exception.Message}). End it, or wait for it.",
                        exception);
                }
                await Task.Delay(Pause, cancellation).ConfigureAwait(false);
            }
        }
    }

    private static AnalysisRunnerException NotWritable(string path, Exception exception) => new(
        BuildCodes.SubmissionFileNotWritable,
        $"'{path}', which keeps a second click from making a second run, cannot be written: {exception.Message} Make the folder writable.",
        exception);

    /// <summary>The last submission of this project.</summary>
    internal sealed record Entry(string Digest, string Key, DateTimeOffset? DeliveredAt = null);

    [JsonSerializable(typeof(Entry))]
    internal sealed partial class EntryJson : JsonSerializerContext;
}
