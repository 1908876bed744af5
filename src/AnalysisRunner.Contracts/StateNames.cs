namespace AnalysisRunner.Contracts;

/// <summary>The names of states as the wire, the record and people see them.</summary>
public static class StateNames
{
    /// <summary>The lower-case name.</summary>
    public static string ToName(this InvocationState state) => state switch
    {
        InvocationState.Accepted => "accepted",
        InvocationState.Running => "running",
        InvocationState.Succeeded => "succeeded",
        InvocationState.Failed => "failed",
        InvocationState.Cancelled => "cancelled",
        InvocationState.Imported => "imported",
        _ => throw Unknown(state),
    };

    /// <summary>The lower-case name.</summary>
    public static string ToName(this BatchState state) => state switch
    {
        BatchState.Running => "running",
        BatchState.Succeeded => "succeeded",
        BatchState.Failed => "failed",
        BatchState.Cancelled => "cancelled",
        _ => throw Unknown(state),
    };

    /// <summary>The lower-case name.</summary>
    public static string ToName(this JobState state) => state switch
    {
        JobState.Pending => "pending",
        JobState.Ready => "ready",
        JobState.Running => "running",
        JobState.Succeeded => "succeeded",
        JobState.Failed => "failed",
        JobState.Cancelled => "cancelled",
        _ => throw Unknown(state),
    };

    /// <summary>The lower-case name.</summary>
    public static string ToName(this OutputChange change) => change switch
    {
        OutputChange.Created => "created",
        OutputChange.Replaced => "replaced",
        OutputChange.Unchanged => "unchanged",
        _ => throw Unknown(change),
    };

    private static ArgumentOutOfRangeException Unknown(Enum state) => new(nameof(state), state, "not a state");
}
