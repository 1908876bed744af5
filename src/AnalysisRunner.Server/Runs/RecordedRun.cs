using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Record;

namespace AnalysisRunner.Server.Runs;

/// <summary>An invocation as this process has just recorded it, with what it is started from, so that it need not be read again.</summary>
/// <param name="Invocation">The invocation; it waits for no approval.</param>
/// <param name="Documents">What it is started from.</param>
/// <param name="Environment">The user's variables.</param>
/// <param name="StorageAddresses"><see cref="NewInvocation.StorageAddresses"/>.</param>
internal sealed record RecordedRun(Invocation Invocation, RunDocuments Documents, IReadOnlyDictionary<string, string> Environment, IReadOnlyDictionary<string, string>? StorageAddresses);
