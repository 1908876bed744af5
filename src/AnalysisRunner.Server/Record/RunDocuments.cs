namespace AnalysisRunner.Server.Record;

/// <summary>
/// What a run is started from, as it was composed when the submission was accepted. Recorded with the invocation and forgotten at its end: so everything
/// that an accepted submission needs is durable in one step, and files are made from it as often as a crash demands.
/// </summary>
/// <param name="Config">The composed config, as TOML.</param>
/// <param name="Origins">Which layer and line set each of its keys, as JSON.</param>
/// <param name="Script">The driver's script.</param>
/// <param name="Trace">The trace of the request, as <c>traceparent</c> has it; null where it had none.</param>
public sealed record RunDocuments(string Config, string Origins, string Script, string? Trace = null);
