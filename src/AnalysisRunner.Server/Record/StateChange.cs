using AnalysisRunner.Contracts;

namespace AnalysisRunner.Server.Record;

/// <summary>A step of an invocation towards its end.</summary>
/// <param name="State">The state to move to.</param>
/// <param name="Reason">Why, for failures and cancellations; shown to people.</param>
/// <param name="By">The user that caused it; null when the server did.</param>
/// <param name="IsToBeTold">
/// Whether somebody may have to be told of it (<see cref="IEndLog.ListUnannouncedAsync"/>); false where it is known already that nobody has.
/// </param>
/// <param name="HasNoOutputs">
/// Whether it is known that the run has made nothing, of a run whose list of outputs is not complete: then an end notes so, in place of
/// <see cref="IEndLog.CompleteOutputsAsync"/>, and drops what an attempt to list them that did not come to its end has left.
/// </param>
public sealed record StateChange(InvocationState State, string? Reason = null, string? By = null, bool IsToBeTold = true, bool HasNoOutputs = false);

/// <summary>What became of a <see cref="StateChange"/>.</summary>
public enum StateChangeOutcome
{
    /// <summary>The invocation is in the new state now.</summary>
    Changed,

    /// <summary>It was there already, has ended, or would have gone back.</summary>
    Unchanged,

    /// <summary>It cannot end yet: a batch of it is running.</summary>
    BatchesRunning,

    /// <summary>No invocation has the ar-guid.</summary>
    Unknown,
}

/// <summary>What became of a batch that was to be attached to an invocation.</summary>
public enum BatchAdmission
{
    /// <summary>It is attached now.</summary>
    Added,

    /// <summary>It was attached to this invocation before.</summary>
    Known,

    /// <summary>The invocation has ended and takes no further batch.</summary>
    InvocationEnded,

    /// <summary>The key belongs to a batch of another invocation.</summary>
    KeyTaken,

    /// <summary>No invocation has the ar-guid.</summary>
    Unknown,
}
