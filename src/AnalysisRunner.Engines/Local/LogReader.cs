using System.Runtime.CompilerServices;

namespace AnalysisRunner.Engines.Local;

/// <summary>Reads the log of a job while it grows. Logs are written by the jobs themselves, so growth is seen by looking.</summary>
internal static class LogReader
{
    private const int ChunkSize = 64 * 1024;

    private static readonly TimeSpan ShortestLook = TimeSpan.FromMilliseconds(40);

    private static readonly TimeSpan LongestLook = TimeSpan.FromMilliseconds(320);

    /// <summary>
    /// The bytes of one attempt, or with null of the last one, from an offset on. Of the last one followed, the later attempts come after it in full, and the
    /// sequence ends with the job (or with the engine, by <c>closing</c>).
    /// </summary>
    public static async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(
        EngineCore core, LogLimit limit, LiveBatch batch, JobRun job, int? attempt, long offset, bool follow, CancellationToken closing,
        [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        await foreach (var chunk in ReadAsync(
            () => core.NextChange(batch), () => core.Read(() => job.LogEnd(attempt)), number => batch.Folder.Attempt(job.Spec.Id, number).Log, limit, offset, follow, closing, cancellation)) yield return chunk;
    }

    /// <summary>The same of any engine.</summary>
    /// <param name="nextChange">Ends at the next change of the batch.</param>
    /// <param name="look">The last attempt whose log is read, 0 while there is none, and whether nothing more will be written (<see cref="JobRun.LogEnd"/>).</param>
    /// <param name="log">The log file of an attempt.</param>
    /// <param name="limit">The limit of logs.</param>
    /// <param name="offset">Where to begin in the log of that attempt.</param>
    /// <param name="follow">Whether to go on until nothing more will be written.</param>
    /// <param name="closing">Ends the sequence.</param>
    /// <param name="cancellation">Breaks the sequence off.</param>
    public static async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(
        Func<Task> nextChange, Func<(int LastAttempt, bool HasEnded)> look, Func<int, string> log, LogLimit limit, long offset, bool follow, CancellationToken closing,
        [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var position = offset;
        var attempt = 0;
        var wait = ShortestLook;
        while (true)
        {
            // Looked at before reading: when the job had ended then, what is read after is all.
            var change = nextChange();
            var (last, ended) = look();
            if (attempt == 0) attempt = last;
            for (; attempt > 0; attempt++, position = 0)
            {
                var file = log(attempt);
                if (follow) position = limit.Resume(file, position);
                await foreach (var chunk in ReadFileAsync(file, position, cancellation))
                {
                    position += chunk.Length;
                    wait = ShortestLook;
                    yield return chunk;
                }
                if (attempt >= last) break;
            }
            if (ended || !follow || closing.IsCancellationRequested) yield break;
            if (attempt == 0)
            {
                await change.WaitAsync(cancellation);
            }
            else
            {
                await Task.WhenAny(change, Task.Delay(wait, cancellation));
                cancellation.ThrowIfCancellationRequested();
                wait = wait * 2 < LongestLook ? wait * 2 : LongestLook;
            }
        }
    }

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadFileAsync(string path, long offset, [EnumeratorCancellation] CancellationToken cancellation)
    {
        FileStream file;
        try
        {
            file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0, useAsync: true);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            // Not started yet, or the batch was forgotten meanwhile.
            yield break;
        }
        await using (file)
        {
            file.Position = offset;
            while (true)
            {
                // A new array each time: the reader may keep it.
                var buffer = new byte[Math.Clamp(file.Length - file.Position, 1, ChunkSize)];
                var read = await file.ReadAsync(buffer, cancellation);
                if (read == 0) yield break;
                yield return buffer.AsMemory(0, read);
            }
        }
    }
}
