namespace AnalysisRunner.Contracts.Codes;

/// <summary>Codes of what follows the end of an invocation, of repeating it, and of running the server; each has a page in <c>docs/diagnostics</c>.</summary>
public static class EndCodes
{
    /// <summary>A re-run lacks the values of environment variables, which no record keeps.</summary>
    public const string EnvironmentValuesMissing = "AR6180";

    /// <summary>A secret that the settings name is not in its file or variable.</summary>
    public const string SecretMissing = "AR6181";

    /// <summary>The caller may not read the denials of a dataset.</summary>
    public const string DenialsNotAllowed = "AR6182";

    /// <summary>A browser came back from the issuer without a sign-in that this server began for it.</summary>
    public const string SignInNotBegun = "AR6183";

    /// <summary>The issuer did not sign the browser's user in.</summary>
    public const string SignInFailed = "AR6184";

    /// <summary>A verb of the server program was given other arguments than it takes.</summary>
    public const string VerbArguments = "AR6185";

    /// <summary>Where telemetry is to be sent is malformed.</summary>
    public const string TelemetryAddress = "AR6186";
}
