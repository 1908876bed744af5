namespace AnalysisRunner.Storage.Transfers;

/// <summary>How an object is brought to a local file.</summary>
public sealed record DownloadOptions
{
    /// <summary>As it suits most.</summary>
    public static DownloadOptions Default { get; } = new();

    /// <summary>How many ranges of one large object are on their way at a time; 1 to 64.</summary>
    public int Parallelism { get; init; } = 4;

    /// <summary>The size of a range in bytes; an object that is no larger comes in one piece.</summary>
    public int RangeSize { get; init; } = 32 * 1024 * 1024;

    /// <summary>Is told the number of bytes that have arrived so far.</summary>
    public IProgress<long>? Progress { get; init; }
}
