using System.Threading.Channels;
using AnalysisRunner.Contracts;

namespace AnalysisRunner.Server.Runs;

/// <summary>A run that this process brings to its end.</summary>
/// <param name="arGuid">The invocation.</param>
/// <param name="recorded">What is known of it, where this process has just recorded it.</param>
internal sealed class RunInProgress(string arGuid, RecordedRun? recorded)
{
    private readonly Channel<bool> _news = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private RecordedRun? _recorded = recorded;

    /// <summary>The invocation.</summary>
    public string ArGuid => arGuid;

    /// <summary>Completes when it has ended, or the server lets go of it.</summary>
    public Task Ended { get; set; } = Task.CompletedTask;

    /// <summary>The invocation in its final state, where this process has recorded that.</summary>
    public Invocation? Final { get; set; }

    /// <summary>What was recorded, once: afterwards the log knows more.</summary>
    public RecordedRun? TakeRecorded() => Interlocked.Exchange(ref _recorded, null);

    /// <summary>What was seen when its driver was last found at work; null when it must be looked at whole.</summary>
    public DriverAtWork? Seen { get; set; }

    /// <summary>Has it looked at again.</summary>
    public void Wake() => _news.Writer.TryWrite(true);

    /// <summary>Waits for news, or for the time to look without; true for news.</summary>
    public async Task<bool> WaitAsync(TimeSpan limit, CancellationToken cancellation)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        timeout.CancelAfter(limit);
        try
        {
            return await _news.Reader.ReadAsync(timeout.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return false;
        }
    }
}

/// <summary>A driver at work.</summary>
/// <param name="At">When the record was read last, as a timestamp of the clock.</param>
/// <param name="StepsLength">How much it had noted about its steps.</param>
internal sealed record DriverAtWork(long At, long StepsLength);
