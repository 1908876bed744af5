using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Cli;

/// <summary>How the program ends, for scripts. docs/reference/cli.md lists the same.</summary>
internal static class ExitCodes
{
    /// <summary>What was asked for is done.</summary>
    public const int Success = 0;

    /// <summary>It could not be done, for a reason that has no number of its own.</summary>
    public const int Failed = 1;

    /// <summary>The command line is malformed.</summary>
    public const int Usage = 2;

    /// <summary>The gate refused the submission.</summary>
    public const int Refused = 3;

    /// <summary>The server refused.</summary>
    public const int RefusedByServer = 4;

    /// <summary>The server or the local runner cannot be reached, or is not one.</summary>
    public const int NotReachable = 5;

    /// <summary>There are no credentials, or the server does not take them.</summary>
    public const int NoCredentials = 6;

    /// <summary>A question was answered no, or nobody was there to answer it.</summary>
    public const int Declined = 7;

    /// <summary>The run that was waited for failed or was cancelled.</summary>
    public const int RunFailed = 8;

    /// <summary>Something is wrong with an object in a store.</summary>
    public const int Storage = 9;

    /// <summary>Something is wrong with a config file or a schema.</summary>
    public const int Config = 10;

    /// <summary>A reproduction made other outputs.</summary>
    public const int Different = 11;

    /// <summary>Ctrl-C, as a shell would say it.</summary>
    public const int Interrupted = 130;

    /// <summary>The exit code for a problem.</summary>
    public static int Of(string code) => code switch
    {
        CommandLineCodes.NobodyToAsk or CommandLineCodes.Declined => Declined,
        CommandLineCodes.CommitMissing or CommandLineCodes.EnvironmentMalformed or CommandLineCodes.ValueMalformed or CommandLineCodes.NeedsServer or CommandLineCodes.NoTestServer => Usage,
        BuildCodes.NoDataset or BuildCodes.DatasetMalformed or BuildCodes.AccessLevelUnknown or BuildCodes.CommandMalformed or BuildCodes.OptionMalformed or BuildCodes.RunnerUrlMalformed => Usage,
        CommandLineCodes.RevisionUnknown or CommandLineCodes.ShebangMissing => Refused,
        CommandLineCodes.ConfigUnusable or CommandLineCodes.KeyUnknown => Config,
        BuildCodes.NoCredentials or BuildCodes.TokenProviderFailed => NoCredentials,
        PolicyCodes.TokenMissing or PolicyCodes.TokenInvalid or PolicyCodes.TokenForbidden or PolicyCodes.EmailMissing or PolicyCodes.EmailNotVerified => NoCredentials,
        BuildCodes.ServerNotReachable or BuildCodes.ServerNotCompatible or BuildCodes.CertificateRefused or BuildCodes.StateFolderNotWritable or BuildCodes.LocalRunnerDidNotStart
            or BuildCodes.LocalRunnerIncompatible or BuildCodes.LocalRunnerStopped or BuildCodes.StoppedWaiting => NotReachable,
        CommandLineCodes.ImportedNotRepeatable => RefusedByServer,
        CommandLineCodes.SignInNotOffered or CommandLineCodes.SignInRefused => NoCredentials,
        BuildCodes.RunFailed => RunFailed,
        _ => code[2] switch
        {
            '2' => Refused,
            '3' or '4' => Config,
            '6' => RefusedByServer,
            '7' => Storage,
            _ => Failed,
        },
    };
}
