namespace AnalysisRunner.Contracts.Codes;

/// <summary>AR10xx: how the SDK is used in a build, and the way to the runner.</summary>
public static class BuildCodes
{
    /// <summary>Submit was called on the outer build of a project with several target frameworks.</summary>
    public const string CrossTargeting = "AR1001";

    /// <summary>The MSBuild that runs is older than the SDK needs.</summary>
    public const string MSBuildTooOld = "AR1002";

    /// <summary>No dataset was named.</summary>
    public const string NoDataset = "AR1003";

    /// <summary>The dataset's name is not well formed.</summary>
    public const string DatasetMalformed = "AR1004";

    /// <summary>The configuration is not one that the project declares.</summary>
    public const string UnknownConfiguration = "AR1005";

    /// <summary>The access level is not test, standard or full.</summary>
    public const string AccessLevelUnknown = "AR1006";

    /// <summary>The arguments or the script cannot be split into words.</summary>
    public const string CommandMalformed = "AR1007";

    /// <summary>Some other option of the submission is malformed.</summary>
    public const string OptionMalformed = "AR1008";

    /// <summary>The state folder of the local runner cannot be written.</summary>
    public const string StateFolderNotWritable = "AR1010";

    /// <summary>The local runner did not start.</summary>
    public const string LocalRunnerDidNotStart = "AR1011";

    /// <summary>A local runner of another version is at work.</summary>
    public const string LocalRunnerIncompatible = "AR1012";

    /// <summary>The server cannot be reached.</summary>
    public const string ServerNotReachable = "AR1013";

    /// <summary>The server is too old, or not an analysis-runner server.</summary>
    public const string ServerNotCompatible = "AR1014";

    /// <summary>The build stopped waiting for a run that goes on.</summary>
    public const string StoppedWaiting = "AR1015";

    /// <summary>The run failed or was cancelled.</summary>
    public const string RunFailed = "AR1016";

    /// <summary>There are no usable credentials for the runner.</summary>
    public const string NoCredentials = "AR1017";

    /// <summary>The runner's URL is malformed or not safe to send a token to.</summary>
    public const string RunnerUrlMalformed = "AR1018";

    /// <summary>A JSON Schema for editors could not be written. A warning: the build does not need it.</summary>
    public const string JsonSchemaNotWritten = "AR1019";

    /// <summary><c>EnableAnalysisRunnerPipelines</c> is false where the SDK comes as a PackageReference, which it cannot reach.</summary>
    public const string PipelinesSwitchUnreachable = "AR1020";

    /// <summary>A referenced project cannot be evaluated.</summary>
    public const string ReferencedProjectMalformed = "AR1050";

    /// <summary>The local runner was ended by force while a build waited for a run.</summary>
    public const string LocalRunnerStopped = "AR1051";

    /// <summary>The server's certificate is not trusted.</summary>
    public const string CertificateRefused = "AR1052";

    /// <summary>The provider of identity tokens did not give one.</summary>
    public const string TokenProviderFailed = "AR1053";

    /// <summary>Another submission of the same project is being sent and does not end.</summary>
    public const string SubmissionInFlight = "AR1054";

    /// <summary>The file that keeps a second click from making a second run cannot be written.</summary>
    public const string SubmissionFileNotWritable = "AR1055";
}
