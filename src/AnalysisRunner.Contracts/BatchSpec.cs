namespace AnalysisRunner.Contracts;

/// <summary>A set of jobs as plain data, handed to an engine (design §6). Validated as a whole before anything of it starts.</summary>
/// <remarks>Generated JSON readers pass null for a collection that the text leaves out; it then counts as empty, here and in <see cref="JobSpec"/>.</remarks>
public sealed record BatchSpec
{
    /// <summary>The idempotency key: an engine that knows it already answers with the batch it has. At most 200 characters of <c>[A-Za-z0-9._-]</c>.</summary>
    public required string Key { get; init; }

    /// <summary>The name shown to people.</summary>
    public required string Name { get; init; }

    /// <summary>Names and values kept with the batch, such as <c>ar-guid</c>.</summary>
    public IReadOnlyDictionary<string, string> Attributes { get; init => field = value ?? EmptyDictionary; } = EmptyDictionary;

    /// <summary>The jobs, in creation order; <see cref="JobSpec.Id"/> is the one-based position.</summary>
    public required IReadOnlyList<JobSpec> Jobs { get; init; }

    /// <summary>Cancel the batch, what runs included, after this many jobs failed; null never. What always runs is left alone (hail-batch spec §4).</summary>
    public int? CancelAfterFailures { get; init; }

    /// <summary>The groups of jobs, in creation order; <see cref="JobGroupSpec.Id"/> is the one-based position.</summary>
    public IReadOnlyList<JobGroupSpec> Groups { get; init => field = value ?? []; } = [];

    /// <summary>Who the jobs are; null leaves them the rights of the engine's own process. A server says this itself and takes it from nobody.</summary>
    public JobIdentity? Identity { get; init; }

    internal static readonly IReadOnlyDictionary<string, string> EmptyDictionary = new Dictionary<string, string>();
}
