namespace AnalysisRunner.Storage;

/// <summary>What of an object is read.</summary>
public sealed record ReadOptions
{
    /// <summary>The whole object, whatever its version.</summary>
    public static ReadOptions Default { get; } = new();

    /// <summary>The first byte, from 0. A range that begins beyond the end is empty.</summary>
    public long Offset { get; init; }

    /// <summary>The number of bytes; to the end unless given. Fewer come when the object ends before.</summary>
    public long? Length { get; init; }

    /// <summary>Only this version; another is refused with <see cref="StorageErrorKind.PreconditionFailed"/>.</summary>
    public string? Version { get; init; }

    /// <summary>Is told the number of bytes that have arrived so far.</summary>
    public IProgress<long>? Progress { get; init; }

    internal bool IsWhole => Offset == 0 && Length is null;
}
