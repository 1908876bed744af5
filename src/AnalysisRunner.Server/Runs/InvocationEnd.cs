using System.Globalization;
using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Record;

namespace AnalysisRunner.Server.Runs;

/// <summary>Decides how an invocation ended, once its driver and all its batches have.</summary>
internal static class InvocationEnd
{
    /// <summary>The final state: failed if anything failed; cancelled if somebody wanted that and something was left undone.</summary>
    public static StateChange Judge(InvocationRecord record, BatchState driver)
    {
        var invocation = record.Invocation;
        var broken = invocation.Batches.FirstOrDefault(batch => batch.State != BatchState.Succeeded);
        if (driver == BatchState.Succeeded && broken is null) return new StateChange(InvocationState.Succeeded);
        if (record.Invocation.CancelRequestedBy is { } by) return new StateChange(InvocationState.Cancelled, $"Cancelled by {by}.", by);
        if (driver != BatchState.Succeeded) return new StateChange(InvocationState.Failed, DescribeDriver(record));
        var verb = broken!.State == BatchState.Cancelled ? "was cancelled" : "failed";
        return new StateChange(InvocationState.Failed, $"The batch '{broken.Name}' {verb}{(broken.Reason is null ? "." : ": " + broken.Reason)}");
    }

    private static string DescribeDriver(InvocationRecord record)
    {
        var step = record.Invocation.Steps.FirstOrDefault(s => s.ExitCode is not (null or 0));
        if (step is not null) return string.Create(CultureInfo.InvariantCulture, $"The step '{step.Name}' failed with exit code {step.ExitCode}.");
        if (record.DriverReason is { } reason) return $"The driver did not end well: {reason}";
        return record.Invocation.ExitCode is { } code
            ? string.Create(CultureInfo.InvariantCulture, $"The driver failed with exit code {code}.")
            : "The driver was killed or lost.";
    }
}
