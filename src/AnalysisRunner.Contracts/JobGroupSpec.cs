namespace AnalysisRunner.Contracts;

/// <summary>A group of jobs of one batch that can be cancelled, and stop after failures, without touching the rest (hail-batch spec §4).</summary>
public sealed record JobGroupSpec
{
    /// <summary>One-based position in the batch.</summary>
    public required int Id { get; init; }

    /// <summary>The name shown to people; may be empty.</summary>
    public required string Name { get; init; }

    /// <summary>The group that this one lies in, which comes before it; 0 is the batch itself.</summary>
    public int Parent { get; init; }

    /// <summary>Cancel the group, and the groups in it, after this many of its jobs failed; null never. What always runs is left alone.</summary>
    public int? CancelAfterFailures { get; init; }

    /// <summary>Names and values kept with the group.</summary>
    public IReadOnlyDictionary<string, string> Attributes { get; init => field = value ?? BatchSpec.EmptyDictionary; } = BatchSpec.EmptyDictionary;
}
