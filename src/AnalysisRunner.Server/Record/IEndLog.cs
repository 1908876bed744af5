using AnalysisRunner.Contracts;

namespace AnalysisRunner.Server.Record;

/// <summary>The part of the record that the end of an invocation fills: what it made, and who is told.</summary>
public interface IEndLog
{
    /// <summary>
    /// Makes room for a list of outputs: what an attempt that did not come to its end has left of one is dropped. False when the list is complete, or the
    /// ar-guid unknown.
    /// </summary>
    Task<bool> BeginOutputsAsync(string arGuid, CancellationToken cancellation);

    /// <summary>Notes outputs; one with the category and path of an earlier one takes its place.</summary>
    Task AddOutputsAsync(string arGuid, IReadOnlyList<InvocationOutput> outputs, CancellationToken cancellation);

    /// <summary>Notes that the list is complete, and counts it; the first time counts.</summary>
    Task CompleteOutputsAsync(string arGuid, string? problem, CancellationToken cancellation);

    /// <summary>Adds to <see cref="OutputsSummary.Problem"/> what went wrong after the list was complete; what it says already is not said twice.</summary>
    Task AddOutputsProblemAsync(string arGuid, string problem, CancellationToken cancellation);

    /// <summary>
    /// Outputs in the order of category and path, at most <paramref name="limit"/>; with <paramref name="after"/>, those behind that category and path.
    /// </summary>
    ValueTask<IReadOnlyList<InvocationOutput>> ListOutputsAsync(string arGuid, (string Category, string Path)? after, int limit, CancellationToken cancellation);

    /// <summary>The ar-guids of invocations that have ended and that nobody has been told of, the oldest first: those of this server and of none.</summary>
    ValueTask<IReadOnlyList<string>> ListUnannouncedAsync(string server, int limit, CancellationToken cancellation);

    /// <summary>Notes who is to be told of the end, once: false when that is noted.</summary>
    Task<bool> AnnounceAsync(string arGuid, IReadOnlyList<NotificationTarget> targets, CancellationToken cancellation);

    /// <summary>The messages that are due, the longest due first: those of invocations of this server and of none.</summary>
    ValueTask<IReadOnlyList<DueNotification>> ListDueNotificationsAsync(string server, int limit, CancellationToken cancellation);

    /// <summary>Notes what became of an attempt. With neither a time nor a problem the message has arrived; with a problem and no time it is given up.</summary>
    Task SetNotificationAsync(long id, string? problem, DateTimeOffset? dueAt, CancellationToken cancellation);

    /// <summary>Counts what has not ended; asked by an index of just that.</summary>
    ValueTask<WorkCounts> CountWorkAsync(CancellationToken cancellation);

    /// <summary>The messages about the end of an invocation.</summary>
    ValueTask<IReadOnlyList<NotificationSummary>> ListNotificationsAsync(string arGuid, CancellationToken cancellation);
}

/// <summary>Who is to be told.</summary>
/// <param name="Kind"><c>webhook</c> or <c>mail</c>.</param>
/// <param name="Target">The webhook's name, or the address.</param>
public sealed record NotificationTarget(string Kind, string Target);

/// <summary>A message that is due.</summary>
/// <param name="Id">Its id, the same at each attempt, by which a receiver knows it again.</param>
/// <param name="ArGuid">The invocation that has ended.</param>
/// <param name="Kind"><c>webhook</c> or <c>mail</c>.</param>
/// <param name="Target">The webhook's name, or the address.</param>
/// <param name="Attempts">How often it was tried.</param>
/// <param name="FinishedAt">When the invocation ended.</param>
public sealed record DueNotification(long Id, string ArGuid, string Kind, string Target, int Attempts, DateTimeOffset FinishedAt);
