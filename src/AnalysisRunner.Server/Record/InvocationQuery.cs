using AnalysisRunner.Contracts;

namespace AnalysisRunner.Server.Record;

/// <summary>Which invocations a list shows. Every filter that is null does not filter; all that are given must hold.</summary>
public sealed record InvocationQuery
{
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

    /// <summary>Who submitted it, as recorded.</summary>
    public string? SubmittedBy { get; init; }

    /// <summary>The canonical repository URL.</summary>
    public string? Repository { get; init; }

    /// <summary>The full commit hash, or its beginning.</summary>
    public string? Commit { get; init; }

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
}

/// <summary>A place in a sorted list.</summary>
/// <param name="Position">The position of the last invocation in the order of recording.</param>
/// <param name="Value">Its value of what the list is sorted by; null where that is the order of recording.</param>
public sealed record InvocationCursor(long Position, string? Value = null);

/// <summary>A page of a list.</summary>
/// <param name="Records">What it shows.</param>
/// <param name="Next">Where the next page begins; null when there is none.</param>
public sealed record InvocationPage(IReadOnlyList<InvocationRecord> Records, InvocationCursor? Next);
