namespace AnalysisRunner.Contracts.Codes;

/// <summary>AR6112 to AR6116: how the jobs of a run get tokens of their level's Google service account; each has a page in <c>docs/diagnostics</c>.</summary>
public static class TokenExchangeCodes
{
    /// <summary>The request is not one of RFC 8693, or asks for what is not given.</summary>
    public const string Malformed = "AR6112";

    /// <summary>The request is for another grant than a token exchange.</summary>
    public const string OtherGrant = "AR6113";

    /// <summary>What the token is to be for is no run with a service account.</summary>
    public const string NoTarget = "AR6114";

    /// <summary>Google does not let the server act as the service account.</summary>
    public const string AccountNotGiven = "AR6115";

    /// <summary>Google does not answer.</summary>
    public const string AccountUnavailable = "AR6116";
}
