using System.Globalization;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Record;

namespace AnalysisRunner.Server.Hosting.Health;

/// <summary>Whether the database of the invocation log answers, and whether the clock is behind what is recorded there.</summary>
internal sealed class RecordAnswers(IInvocationLog log, TimeProvider time, ILogger<RecordAnswers> logger) : IReadinessCheck
{
    // What clocks that are kept right may differ by.
    private static readonly TimeSpan Leeway = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(3);

    public async Task<Trouble?> FindAsync(CancellationToken cancellation)
    {
        DateTimeOffset? last;
        try
        {
            last = await log.FindLastRecordedAsync(cancellation).AsTask().WaitAsync(Limit, cancellation);
        }
#pragma warning disable CA1031 // Whatever a database says when it is away.
        catch (Exception e) when (!cancellation.IsCancellationRequested)
#pragma warning restore CA1031
        {
            logger.LogWarning(e, "The invocation log does not answer.");
            return new Trouble("database", $"{DurabilityCodes.RecordUnavailable}: it does not answer; nothing is accepted until it does, and what runs goes on", IsFatal: true);
        }
        var behind = last - time.GetUtcNow();
        return behind > Leeway
            ? new Trouble(
                "clock",
                string.Create(CultureInfo.InvariantCulture, $"it is {behind.Value.TotalSeconds:F0} s behind the last record, so it went back; invocations keep their order, but their times are those of the clock"),
                IsFatal: false)
            : null;
    }
}
