namespace AnalysisRunner.Config;

/// <summary>
/// What a generated class was read from. It is equal to any other: two configs that say the same are equal wherever they come from.
/// </summary>
public sealed class ConfigSource
{
    internal ConfigSource(MergedConfig merged) => Merged = merged;

    /// <summary>The source of a config that was put together in code.</summary>
    public static ConfigSource None { get; } = new(MergedConfig.Merge());

    /// <summary>The merged layers.</summary>
    public MergedConfig Merged { get; }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is ConfigSource;

    /// <inheritdoc/>
    public override int GetHashCode() => 0;
}
