namespace AnalysisRunner.Contracts.Codes;

/// <summary>AR6071 and AR6072: what administrators do about the servers that share an invocation log; each has a page in <c>docs/diagnostics</c>.</summary>
public static class ServerCodes
{
    /// <summary>The caller is no administrator.</summary>
    public const string AdministratorsOnly = "AR6071";

    /// <summary>The server is there, so that its runs are not lost.</summary>
    public const string NotLost = "AR6072";
}
