namespace AnalysisRunner.Contracts.Codes;

/// <summary>AR106x to AR109x: what the <c>analysis-runner</c> command cannot do with what it was given.</summary>
public static class CommandLineCodes
{
    /// <summary>The revision names no commit of the repository.</summary>
    public const string RevisionUnknown = "AR1060";

    /// <summary>The option means something to a server only.</summary>
    public const string NeedsServer = "AR1061";

    /// <summary>A repository was named without a commit of it.</summary>
    public const string CommitMissing = "AR1062";

    /// <summary>The script does not say which program reads it.</summary>
    public const string ShebangMissing = "AR1063";

    /// <summary>A question has to be answered, and nobody is there to answer it.</summary>
    public const string NobodyToAsk = "AR1064";

    /// <summary>The user answered no.</summary>
    public const string Declined = "AR1065";

    /// <summary>An environment variable is not of the form <c>NAME=value</c>.</summary>
    public const string EnvironmentMalformed = "AR1066";

    /// <summary>The config has no such key.</summary>
    public const string KeyUnknown = "AR1067";

    /// <summary>A config file cannot be read, or holds what cannot be sent.</summary>
    public const string ConfigUnusable = "AR1068";

    /// <summary>The program's folder lacks the server.</summary>
    public const string ServerMissing = "AR1069";

    /// <summary>A token cannot be kept.</summary>
    public const string TokenNotKept = "AR1070";

    /// <summary>No test server is set.</summary>
    public const string NoTestServer = "AR1071";

    /// <summary>A value of the command line is malformed.</summary>
    public const string ValueMalformed = "AR1072";

    /// <summary>A page cannot be opened in a browser.</summary>
    public const string BrowserMissing = "AR1073";

    /// <summary>Nothing says which invocation made an output.</summary>
    public const string OriginUnknown = "AR1074";

    /// <summary>An output is not what the invocation made any more.</summary>
    public const string OutputChanged = "AR1075";

    /// <summary>An invocation has no complete list of outputs to compare.</summary>
    public const string NothingToCompare = "AR1076";

    /// <summary>The repetition of an invocation ended otherwise, or made other outputs.</summary>
    public const string NotReproduced = "AR1077";

    /// <summary>A file is not the log of the server that was replaced.</summary>
    public const string ImportUnusable = "AR1078";

    /// <summary>An invocation that was imported cannot be repeated.</summary>
    public const string ImportedNotRepeatable = "AR1079";

    /// <summary>The server offers no way for the command line to sign users in.</summary>
    public const string SignInNotOffered = "AR1080";

    /// <summary>An issuer did not sign the user in.</summary>
    public const string SignInRefused = "AR1081";
}
