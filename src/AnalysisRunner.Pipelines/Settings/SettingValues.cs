namespace AnalysisRunner.Pipelines;

/// <summary>What a job asks for. Immutable and shared: a million jobs with the same settings have one of these.</summary>
internal sealed record SettingValues
{
    public static SettingValues Standard { get; } = new();

    public int MilliCpu { get; init; } = 1000;

    public long MemoryBytes { get; init; }

    public double? MemoryGrowth { get; init; }

    public long StorageBytes { get; init; }

    public bool? Spot { get; init; }

    public IReadOnlyList<string> Regions { get; init; } = [];

    public TimeSpan? Timeout { get; init; }

    public int Attempts { get; init; } = 1;

    public string? Image { get; init; }

    public bool Network { get; init; }

    public string? Shell { get; init; }

    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();
}
