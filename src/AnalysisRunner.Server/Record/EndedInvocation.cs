namespace AnalysisRunner.Server.Record;

/// <summary>An invocation that has ended, and where it stands in the order of recording.</summary>
/// <param name="Position">Its position, which rises with each recorded invocation.</param>
/// <param name="ArGuid">Its ar-guid.</param>
public sealed record EndedInvocation(long Position, string ArGuid);
