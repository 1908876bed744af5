using AnalysisRunner.Contracts;

namespace AnalysisRunner.Engines.Tests;

/// <summary>Batches for tests.</summary>
internal static class Specs
{
    public static BatchSpec Batch(string key, params ReadOnlySpan<JobSpec> jobs) => new() { Key = key, Name = $"the batch {key}", Jobs = [.. jobs] };

    public static JobSpec Job(int id, string command, params ReadOnlySpan<int> parents) =>
        new() { Id = id, Name = $"job{id}", Command = command, Parents = [.. parents] };
}
