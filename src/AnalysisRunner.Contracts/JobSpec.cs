using System.Text.Json.Serialization;

namespace AnalysisRunner.Contracts;

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
    [JsonConverter(typeof(SharedDictionaryConverter))]
    public IReadOnlyDictionary<string, string> Environment { get; init => field = value ?? BatchSpec.EmptyDictionary; } = BatchSpec.EmptyDictionary;

    /// <summary>Thousandths of a core that the job occupies. Zero occupies no slot: drivers, which wait for others, ask for none.</summary>
    /// <remarks>Settable, because the JSON reader gives an absent <c>init</c> property zero in place of its default.</remarks>
    public int MilliCpu { get; set; } = 1000;

    /// <summary>Memory that the job occupies, in bytes.</summary>
    public long MemoryBytes { get; init; }

    /// <summary>
    /// By what the memory is multiplied at each further attempt, 1 or more; null leaves it to the engine. An engine of one machine keeps the memory as it is.
    /// </summary>
    public double? MemoryGrowth { get; init; }

    /// <summary>Scratch storage, in bytes.</summary>
    public long StorageBytes { get; init; }

    /// <summary>Time limit of one attempt; null is none.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>How often it is tried at most; at least 1.</summary>
    /// <remarks>Settable for the same reason as <see cref="MilliCpu"/>.</remarks>
    public int Attempts { get; set; } = 1;

    /// <summary>Whether it runs even when parents failed or the batch was cancelled.</summary>
    public bool AlwaysRun { get; init; }

    /// <summary>The group that the job belongs to, by <see cref="JobGroupSpec.Id"/>; 0 is the batch itself.</summary>
    public int Group { get; init; }

    /// <summary>The container image, when the engine uses one.</summary>
    public string? Image { get; init; }

    /// <summary>
    /// <see cref="Image"/> by its digest, which an engine then runs in its place; null where that is not known. A server says this itself and takes it from nobody.
    /// </summary>
    public string? ResolvedImage { get; init; }

    /// <summary>Whether the job asks for a network. An engine that isolates its jobs gives none to the others; an engine that does not gives it to all.</summary>
    public bool Network { get; init; }

    /// <summary>Whether the job may run on a machine that can be taken away; null leaves it to the engine. An engine of one machine has no such choice.</summary>
    public bool? Spot { get; init; }

    /// <summary>The regions that the job may run in; empty is any. An engine of one machine has no such choice.</summary>
    public IReadOnlyList<string> Regions { get; init => field = value ?? []; } = [];

    /// <summary>What is brought to the job before its script starts.</summary>
    public IReadOnlyList<InputFile> InputFiles { get; init => field = value ?? []; } = [];

    /// <summary>Resource files that the job must have produced when it succeeds: relative paths with <c>/</c> below <c>BATCH_TMPDIR</c>.</summary>
    public IReadOnlyList<string> Outputs { get; init => field = value ?? []; } = [];

    /// <summary>What is delivered when the job has succeeded.</summary>
    public IReadOnlyList<OutputFile> OutputFiles { get; init => field = value ?? []; } = [];

    /// <summary>Names and values kept with the job.</summary>
    [JsonConverter(typeof(SharedDictionaryConverter))]
    public IReadOnlyDictionary<string, string> Attributes { get; init => field = value ?? BatchSpec.EmptyDictionary; } = BatchSpec.EmptyDictionary;
}
