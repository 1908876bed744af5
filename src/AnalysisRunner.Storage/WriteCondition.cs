namespace AnalysisRunner.Storage;

/// <summary>What must hold at the moment at which a write takes effect; the store judges it, so that no other writer can come between.</summary>
public readonly record struct WriteCondition
{
    private WriteCondition(WriteConditionKind kind, string? version)
    {
        Kind = kind;
        Version = version;
    }

    /// <summary>Replaces what is there.</summary>
    public static WriteCondition None => default;

    /// <summary>Only creates: of many writers, exactly one succeeds.</summary>
    public static WriteCondition CreateOnly { get; } = new(WriteConditionKind.CreateOnly, null);

    /// <summary>Only replaces this version (<see cref="ObjectInfo.Version"/>).</summary>
    public static WriteCondition MatchVersion(string version)
    {
        ArgumentException.ThrowIfNullOrEmpty(version);
        return new WriteCondition(WriteConditionKind.MatchVersion, version);
    }

    /// <summary>What is demanded.</summary>
    public WriteConditionKind Kind { get; }

    /// <summary>The version, for <see cref="WriteConditionKind.MatchVersion"/>.</summary>
    public string? Version { get; }
}
