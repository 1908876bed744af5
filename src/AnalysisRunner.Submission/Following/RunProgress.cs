using System.Globalization;
using AnalysisRunner.Contracts;

namespace AnalysisRunner.Submission.Following;

/// <summary>
/// Says in single lines what the driver's log does not, for whoever waits: that the driver has not started, or may not before a second member agrees, and the count of jobs at most once in a while
/// and only when it has changed. There is no line that says that nothing has happened: terminals show the time that passes, and logs of CI are read later.
/// </summary>
/// <param name="output">Where lines go.</param>
/// <param name="time">The clock.</param>
/// <param name="interval">The least time between two counts.</param>
public sealed class RunProgress(ISubmissionOutput output, TimeProvider time, TimeSpan interval)
{
    private string _saidWaiting = "";
    private string _count = "";
    private long? _countedAt;

    /// <summary>Counts every ten seconds, or every five minutes in a CI job, whose log nobody watches.</summary>
    public static RunProgress For(ISubmissionOutput output, Func<string, string?> environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        var isCi = environment("CI") is { Length: > 0 } || environment("TF_BUILD") is { Length: > 0 };
        return new RunProgress(output, TimeProvider.System, isCi ? TimeSpan.FromMinutes(5) : TimeSpan.FromSeconds(10));
    }

    /// <summary>Takes what the server says of the run, as often as it is asked.</summary>
    public void Report(Invocation invocation)
    {
        ArgumentNullException.ThrowIfNull(invocation);
        if (invocation.IsFinal) return;
        if (invocation.State == InvocationState.Accepted && WaitingFor(invocation) is var waiting && waiting != _saidWaiting) output.WriteLine($"run | {_saidWaiting = waiting}");

        var total = invocation.Batches.Sum(batch => batch.Jobs.Total);
        if (total == 0) return;
        var ended = invocation.Batches.Sum(batch => batch.Jobs.Succeeded + batch.Jobs.Failed + batch.Jobs.Cancelled);
        var failed = invocation.Batches.Sum(batch => batch.Jobs.Failed);
        var running = invocation.Batches.Sum(batch => batch.Jobs.Running);
        var count = string.Create(CultureInfo.InvariantCulture, $"{ended} of {total} jobs ended, {running} at work{(failed > 0 ? $", {failed} failed" : "")}");
        if (count == _count) return;
        // The first count waits as well: most batches are over before it is due.
        _countedAt ??= time.GetTimestamp();
        if (time.GetElapsedTime(_countedAt.Value) < interval) return;
        _countedAt = time.GetTimestamp();
        output.WriteLine($"run | {_count = count}");
    }

    private static string WaitingFor(Invocation invocation) => invocation is { WaitsForApproval: true, Approval: { } approval }
        ? string.Create(CultureInfo.InvariantCulture, $"waiting until {approval.ExpiresAt.UtcDateTime:yyyy-MM-dd HH:mm} UTC for a second member of level '{invocation.AccessLevel.ToName()}' of {invocation.Dataset} to approve {approval.Digest}: {invocation.Url}")
        : "waiting for its driver to start";
}
