using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Record;

namespace AnalysisRunner.Server.Security;

/// <summary>
/// Records who was refused for their token. Anybody can send wrong ones, as many as they like, so that only so many a minute are recorded; how many were
/// not, the next record says.
/// </summary>
internal sealed class RefusedTokens(IInvocationLog log, TimeProvider time, ILogger<RefusedTokens> logger)
{
    /// <summary>How many are recorded in a minute.</summary>
    public const int PerMinute = 30;

    private readonly Lock _lock = new();
    private DateTimeOffset _minute;
    private int _recorded;
    private int _passedOver;

    /// <summary>Identifies a caller, and records it when that is refused.</summary>
    /// <exception cref="AnalysisRunnerException">The refusal.</exception>
    public async Task<Caller> WatchAsync(Func<Task<Caller>> identify)
    {
        try
        {
            return await identify();
        }
        catch (AnalysisRunnerException refusal) when (refusal.Problems[0].Code != PolicyCodes.KeysUnavailable && Count() is { } missed)
        {
            var problem = refusal.Problems[0];
            if (missed > 0) problem = problem with { Message = $"{problem.Message} ({missed} more refusals of tokens were not recorded before this one.)" };
            await RecordAsync(problem);
            throw;
        }
    }

    private async Task RecordAsync(Problem problem)
    {
        try
        {
            await log.RecordDenialAsync(new NewDenial { Problems = [problem] }, CancellationToken.None);
        }
#pragma warning disable CA1031 // Whatever is wrong with the record: the caller's token stays refused, and that is the answer.
        catch (Exception e)
#pragma warning restore CA1031
        {
            logger.LogError(e, "A refusal could not be recorded: {Problem}", problem);
        }
    }

    /// <summary>How many were passed over since the last that was recorded; null when this one is passed over too.</summary>
    private int? Count()
    {
        lock (_lock)
        {
            var now = time.GetUtcNow();
            if (now - _minute >= TimeSpan.FromMinutes(1) || now < _minute) (_minute, _recorded) = (now, 0);
            if (_recorded >= PerMinute)
            {
                _passedOver++;
                return null;
            }
            _recorded++;
            return Interlocked.Exchange(ref _passedOver, 0);
        }
    }
}
