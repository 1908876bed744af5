using System.Runtime.CompilerServices;
using System.Text;
using AnalysisRunner.Contracts;
using AnalysisRunner.Engines;

namespace AnalysisRunner.Server.Tests.Pages;

/// <summary>An engine whose logs are long, made as they are read, and that counts how much of them is.</summary>
internal sealed class LongLogEngine(IBatchEngine inner) : IBatchEngine
{
    /// <summary>How long each log is.</summary>
    public const long Length = 100_000_000;

    private const int PieceSize = 64 * 1024;

    // Lines of a hundred bytes, each with its number.
    private const int LineLength = 100;

    private long _read;

    /// <summary>How many bytes of logs were read.</summary>
    public long Read => Interlocked.Read(ref _read);

    public string Name => inner.Name;

    public ValueTask<long> GetLogLengthAsync(string key, int job, int? attempt, CancellationToken cancellation) => ValueTask.FromResult(Length);

    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadLogAsync(string key, int job, int? attempt, long offset, bool follow, [EnumeratorCancellation] CancellationToken cancellation)
    {
        // One piece of memory for all: what is allocated is the reader's.
        var piece = new byte[PieceSize];
        while (offset < Length)
        {
            cancellation.ThrowIfCancellationRequested();
            await Task.Yield();
            var count = (int)Math.Min(PieceSize, Length - offset);
            Fill(piece.AsSpan(0, count), offset);
            offset += count;
            Interlocked.Add(ref _read, count);
            yield return piece.AsMemory(0, count);
        }
    }

    public Task<BatchSummary> SubmitAsync(BatchSpec spec, CancellationToken cancellation) => inner.SubmitAsync(spec, cancellation);

    public ValueTask<BatchSummary?> GetAsync(string key, CancellationToken cancellation) => inner.GetAsync(key, cancellation);

    public ValueTask<IReadOnlyList<JobSummary>> GetJobsAsync(string key, int after, int limit, CancellationToken cancellation) => inner.GetJobsAsync(key, after, limit, cancellation);

    public ValueTask<IReadOnlyList<JobSpec>> GetJobSpecsAsync(string key, int after, int limit, CancellationToken cancellation) => inner.GetJobSpecsAsync(key, after, limit, cancellation);

    public ValueTask<IReadOnlyList<AttemptSummary>> GetAttemptsAsync(string key, int job, CancellationToken cancellation) => inner.GetAttemptsAsync(key, job, cancellation);

    public ValueTask<IReadOnlyList<JobGroupSummary>> GetGroupsAsync(string key, CancellationToken cancellation) => inner.GetGroupsAsync(key, cancellation);

    public Task CancelAsync(string key, string reason, CancellationToken cancellation) => inner.CancelAsync(key, reason, cancellation);

    public Task CancelGroupAsync(string key, int group, string reason, CancellationToken cancellation) => inner.CancelGroupAsync(key, group, reason, cancellation);

    public IAsyncEnumerable<BatchSummary> WatchAsync(CancellationToken cancellation) => inner.WatchAsync(cancellation);

    public IAsyncEnumerable<KeptBatch> ListKeptAsync(bool measures, CancellationToken cancellation) => inner.ListKeptAsync(measures, cancellation);

    public Task ForgetScratchAsync(string key, CancellationToken cancellation) => inner.ForgetScratchAsync(key, cancellation);

    public Task ForgetAsync(string key, CancellationToken cancellation) => inner.ForgetAsync(key, cancellation);

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private static void Fill(Span<byte> piece, long offset)
    {
        Span<byte> line = stackalloc byte[LineLength];
        for (var at = 0; at < piece.Length;)
        {
            var (number, from) = Math.DivRem(offset + at, LineLength);
            line.Fill((byte)'x');
            Encoding.ASCII.GetBytes($"line {number} ", line);
            line[^1] = (byte)'\n';
            var count = Math.Min(LineLength - (int)from, piece.Length - at);
            line.Slice((int)from, count).CopyTo(piece[at..]);
            at += count;
        }
    }
}
