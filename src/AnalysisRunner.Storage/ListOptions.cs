namespace AnalysisRunner.Storage;

/// <summary>What of a folder is listed.</summary>
public sealed record ListOptions
{
    /// <summary>The objects and folders directly below.</summary>
    public static ListOptions Default { get; } = new();

    /// <summary>All objects below, at any depth, and no folders.</summary>
    public static ListOptions All { get; } = new() { Recursive = true };

    /// <summary>Whether objects at any depth are listed (and then no folders), or only what lies directly below.</summary>
    public bool Recursive { get; init; }

    /// <summary>Only what begins with this text, relative to the folder.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>How many entries one request asks for, 1 to 1,000.</summary>
    public int PageSize { get; init; } = 1000;
}
