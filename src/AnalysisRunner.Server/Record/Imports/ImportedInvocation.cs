using AnalysisRunner.Contracts;

namespace AnalysisRunner.Server.Record.Imports;

/// <summary>An invocation that another server has recorded.</summary>
/// <param name="Invocation">As far as its log tells.</param>
/// <param name="Record">All that its log says, as JSON.</param>
public sealed record ImportedInvocation(Invocation Invocation, string Record);

/// <summary>What an import did.</summary>
/// <param name="Imported">How many invocations are new.</param>
/// <param name="Known">How many an earlier import had brought.</param>
public readonly record struct ImportResult(int Imported, int Known);
