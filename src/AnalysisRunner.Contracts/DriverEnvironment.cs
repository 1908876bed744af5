namespace AnalysisRunner.Contracts;

/// <summary>The environment variables by which a driver and its jobs know their invocation. All of them are reserved: no submission may set them.</summary>
public static class DriverEnvironment
{
    /// <summary>The comma-separated list of TOML files that make up the config (analysis-runner spec §5.1).</summary>
    public const string ConfigPath = "CPG_CONFIG_PATH";

    /// <summary>The server's base URL; set in a driver, absent when pipeline code runs alone.</summary>
    public const string Url = "ANALYSIS_RUNNER_URL";

    /// <summary>A file with the driver's job-scoped token, readable by its owner only.</summary>
    public const string TokenFile = "ANALYSIS_RUNNER_TOKEN_FILE";

    /// <summary>The ar-guid of the invocation.</summary>
    public const string ArGuid = "ANALYSIS_RUNNER_AR_GUID";

    /// <summary>The folder of a batch's resource files.</summary>
    public const string BatchTemporaryDirectory = "BATCH_TMPDIR";
}
