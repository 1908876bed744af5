namespace AnalysisRunner.Contracts.Codes;

/// <summary>Codes of a server that cannot take more at the moment; each has a page in <c>docs/diagnostics</c>.</summary>
public static class DurabilityCodes
{
    /// <summary>The database of the invocation log does not answer, so that nothing can be recorded and nothing is accepted.</summary>
    public const string RecordUnavailable = "AR6160";

    /// <summary>The disk of the server is full.</summary>
    public const string DiskFull = "AR6161";

    /// <summary>A user submits faster than the server lets one user.</summary>
    public const string TooManySubmissions = "AR6162";

    /// <summary>A user has as many invocations that have not ended as the server lets one user have.</summary>
    public const string TooManyUnfinished = "AR6163";
}
