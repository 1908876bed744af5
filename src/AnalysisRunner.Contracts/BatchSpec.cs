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

    internal static readonly IReadOnlyDictionary<string, string> EmptyDictionary = new Dictionary<string, string>();
}

/// <summary>One job of a batch.</summary>
public sealed record JobSpec
{
    /// <summary>One-based position in the batch.</summary>
    public required int Id { get; init; }

    /// <summary>The name shown to people; may be empty.</summary>
    public required string Name { get; init; }

    /// <summary>
    /// A bash script. It runs under <c>set -euo pipefail</c> in a scratch folder of the batch, with <c>BATCH_TMPDIR</c> naming the batch's folder of
    /// resource files: the resource <c>p</c> of <see cref="Outputs"/> is <c>${BATCH_TMPDIR}/p</c>.
    /// </summary>
    public required string Command { get; init; }

    /// <summary>The jobs that must have succeeded before this one starts (or ended, with <see cref="AlwaysRun"/>).</summary>
    public IReadOnlyList<int> Parents { get; init => field = value ?? []; } = [];

    /// <summary>Environment variables of the job.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init => field = value ?? BatchSpec.EmptyDictionary; } = BatchSpec.EmptyDictionary;

    /// <summary>Thousandths of a core that the job occupies. Zero occupies no slot: drivers, which wait for others, ask for none.</summary>
    /// <remarks>Settable, because the JSON reader gives an absent <c>init</c> property zero in place of its default.</remarks>
    public int MilliCpu { get; set; } = 1000;

    /// <summary>Memory that the job occupies, in bytes.</summary>
    public long MemoryBytes { get; init; }

    /// <summary>Scratch storage, in bytes.</summary>
    public long StorageBytes { get; init; }

    /// <summary>Time limit of one attempt; null is none.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>How often it is tried at most; at least 1.</summary>
    /// <remarks>Settable for the same reason as <see cref="MilliCpu"/>.</remarks>
    public int Attempts { get; set; } = 1;

    /// <summary>Whether it runs even when parents failed or the batch was cancelled.</summary>
    public bool AlwaysRun { get; init; }

    /// <summary>The container image, when the engine uses one.</summary>
    public string? Image { get; init; }

    /// <summary>Resource files that the job must have produced when it succeeds: relative paths with <c>/</c> below <c>BATCH_TMPDIR</c>.</summary>
    public IReadOnlyList<string> Outputs { get; init => field = value ?? []; } = [];

    /// <summary>Names and values kept with the job.</summary>
    public IReadOnlyDictionary<string, string> Attributes { get; init => field = value ?? BatchSpec.EmptyDictionary; } = BatchSpec.EmptyDictionary;
}
