using AnalysisRunner.Contracts;

namespace AnalysisRunner.Server.Record;

/// <summary>Which invocations a list shows. Every filter that is null does not filter; all that are given must hold.</summary>
public sealed record InvocationQuery
{
    /// <summary>Fewer characters of an ar-guid than these name too many invocations to be looked up.</summary>
    public const int ShortestArGuid = 4;

    /// <summary>At most so many; at least 1.</summary>
    public int Limit { get; init; } = 100;

    /// <summary>Where the page before ended (<see cref="InvocationPage.Next"/>), asked with the same filters and order.</summary>
    public InvocationCursor? After { get; init; }

    /// <summary>The datasets that the reader may see; null is all. An empty list shows nothing.</summary>
    public IReadOnlyCollection<string>? VisibleDatasets { get; init; }

    /// <summary>The dataset.</summary>
    public string? Dataset { get; init; }

    /// <summary>The access level.</summary>
    public AccessLevel? AccessLevel { get; init; }

    /// <summary>The beginning of who submitted it, as recorded.</summary>
    public string? SubmittedBy { get; init; }

    /// <summary>The canonical repository URL.</summary>
    public string? Repository { get; init; }

    /// <summary>The full commit hash, or its beginning.</summary>
    public string? Commit { get; init; }

    /// <summary>The beginning of the ar-guid, at least <see cref="ShortestArGuid"/> characters of it.</summary>
    public string? ArGuid { get; init; }

    /// <summary>The beginning of the driver's image, as recorded.</summary>
    public string? Image { get; init; }

    /// <summary>The beginning of the name of one of its batches.</summary>
    public string? Batch { get; init; }

    /// <summary>How far its batches are.</summary>
    public BatchProgress? Progress { get; init; }

    /// <summary>It took at least so long; while it goes on, the time since it was submitted counts.</summary>
    public TimeSpan? AtLeast { get; init; }

    /// <summary>It took at most so long; as above.</summary>
    public TimeSpan? AtMost { get; init; }

    /// <summary>The state.</summary>
    public InvocationState? State { get; init; }

    /// <summary>Recorded at this moment or later.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Recorded before this moment.</summary>
    public DateTimeOffset? Before { get; init; }

    /// <summary>Words of the description and the command; each must be the beginning of a word there. Text without a word finds nothing.</summary>
    public string? Text { get; init; }

    /// <summary>What the list is sorted by.</summary>
    public InvocationOrder Order { get; init; }

    /// <summary>Whether the smallest, or the oldest, comes first.</summary>
    public bool IsAscending { get; init; }
}

/// <summary>What a list of invocations is sorted by; equal ones by the order of recording.</summary>
public enum InvocationOrder
{
    /// <summary>The order of recording.</summary>
    Submitted,

    /// <summary>The dataset's name.</summary>
    Dataset,

    /// <summary>The access level's name.</summary>
    Level,

    /// <summary>Who submitted it.</summary>
    User,

    /// <summary>The state's name.</summary>
    State,

    /// <summary>How long it took, from its submission to its end. Those that have not ended come last, whichever way the list goes.</summary>
    Duration,
}

/// <summary>How far the batches of an invocation are, as a list is filtered by it.</summary>
public enum BatchProgress
{
    /// <summary>A batch runs.</summary>
    Running,

    /// <summary>A job of a batch has failed.</summary>
    Failed,
}

/// <summary>A place in a sorted list.</summary>
/// <param name="Position">The position of the last invocation in the order of recording.</param>
/// <param name="Value">
/// Its value of what the list is sorted by, a duration in microseconds; null where that is the order of recording, or where it has none.
/// </param>
public sealed record InvocationCursor(long Position, string? Value = null);

/// <summary>A page of a list.</summary>
/// <param name="Records">What it shows.</param>
/// <param name="Next">Where the next page begins; null when there is none.</param>
public sealed record InvocationPage(IReadOnlyList<InvocationRecord> Records, InvocationCursor? Next);
