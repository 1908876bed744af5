using AnalysisRunner.Contracts;

namespace AnalysisRunner.Client;

/// <summary>A part of a list.</summary>
/// <param name="Invocations">The invocations, in order.</param>
/// <param name="Next">The cursor of the next part; null at the end.</param>
public sealed record InvocationPage(IReadOnlyList<Invocation> Invocations, string? Next);
