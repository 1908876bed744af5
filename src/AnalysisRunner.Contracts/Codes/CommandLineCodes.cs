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
}
