namespace AnalysisRunner.Contracts;

/// <summary>A message about the end of an invocation, to one receiver.</summary>
/// <param name="Kind"><c>webhook</c> or <c>mail</c>.</param>
/// <param name="Target">The webhook's name in the server's settings, or the mail address.</param>
/// <param name="Attempts">How often it was tried.</param>
/// <param name="DueAt">When it is tried next; null when it has arrived or was given up.</param>
/// <param name="DeliveredAt">When the receiver took it; null when it has not.</param>
/// <param name="Problem">Why the last attempt failed.</param>
public sealed record NotificationSummary(string Kind, string Target, int Attempts, DateTimeOffset? DueAt, DateTimeOffset? DeliveredAt, string? Problem = null);
