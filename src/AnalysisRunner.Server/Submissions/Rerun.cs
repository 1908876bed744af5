namespace AnalysisRunner.Server.Submissions;

/// <summary>That a submission repeats an invocation.</summary>
/// <param name="Of">Its ar-guid.</param>
/// <param name="Changes">The members of its request that are changed, in the wire's names.</param>
internal sealed record Rerun(string Of, IReadOnlyList<string> Changes);
