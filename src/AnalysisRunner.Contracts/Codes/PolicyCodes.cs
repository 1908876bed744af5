namespace AnalysisRunner.Contracts.Codes;

/// <summary>Codes of what the server refuses; each has a page in <c>docs/diagnostics</c>. Problems of a config layer keep their own <c>AR4</c> codes.</summary>
public static class PolicyCodes
{
    /// <summary>The request's body is not the JSON that the route documents.</summary>
    public const string MalformedRequest = "AR6001";

    /// <summary>The server is shutting down and takes no new work.</summary>
    public const string ShuttingDown = "AR6002";

    /// <summary>Invocations are running, so the server does not shut down.</summary>
    public const string Busy = "AR6003";

    /// <summary>Another server holds the state folder.</summary>
    public const string StateFolderInUse = "AR6004";

    /// <summary>The state folder cannot be written.</summary>
    public const string StateFolderUnusable = "AR6005";

    /// <summary>The server was started in a form that it does not know.</summary>
    public const string UnknownStartForm = "AR6006";

    /// <summary>No such route, or not with this method.</summary>
    public const string NoSuchRoute = "AR6007";

    /// <summary>The server failed; its log has the reason under the trace id.</summary>
    public const string InternalError = "AR6008";

    /// <summary>The request's body is larger than the route takes.</summary>
    public const string TooLarge = "AR6009";

    /// <summary>The dataset's name is missing or malformed.</summary>
    public const string Dataset = "AR6010";

    /// <summary>The access level is missing or unknown.</summary>
    public const string Level = "AR6011";

    /// <summary>The description is missing or too long.</summary>
    public const string Description = "AR6012";

    /// <summary>The output prefix is not a path inside the dataset's storage.</summary>
    public const string OutputPrefixInvalid = "AR6013";

    /// <summary>The commit is not a full hash.</summary>
    public const string Commit = "AR6014";

    /// <summary>The repository or the work tree is missing or malformed.</summary>
    public const string Repository = "AR6015";

    /// <summary>Not exactly one of project and script is given, or it is malformed.</summary>
    public const string Command = "AR6016";

    /// <summary>The arguments cannot be given to a program.</summary>
    public const string Arguments = "AR6017";

    /// <summary>An environment variable's name is malformed or reserved, or its value cannot be set.</summary>
    public const string EnvironmentVariable = "AR6018";

    /// <summary>A resource quantity is malformed.</summary>
    public const string Resources = "AR6019";

    /// <summary>A config layer is malformed.</summary>
    public const string ConfigLayerInvalid = "AR6020";

    /// <summary>The working directory is not a path inside the repository.</summary>
    public const string WorkingDirectory = "AR6021";

    /// <summary>The branch hint, image or client information is malformed.</summary>
    public const string Hint = "AR6022";

    /// <summary>The <c>Idempotency-Key</c> header is missing or malformed.</summary>
    public const string IdempotencyKey = "AR6023";

    /// <summary>A query parameter or header of the request is malformed.</summary>
    public const string Parameter = "AR6024";

    /// <summary>The repository does not contain the commit.</summary>
    public const string CommitNotFound = "AR6030";

    /// <summary>The default branch does not contain the commit, and the level needs reviewed code.</summary>
    public const string NotOnDefaultBranch = "AR6031";

    /// <summary>The commit does not contain the project or the script.</summary>
    public const string CommandNotInCommit = "AR6032";

    /// <summary>The commit does not contain the config layer.</summary>
    public const string ConfigLayerNotInCommit = "AR6033";

    /// <summary>A submodule of the commit cannot be checked out.</summary>
    public const string Submodules = "AR6034";

    /// <summary>The commit does not contain the working directory.</summary>
    public const string WorkingDirectoryNotInCommit = "AR6035";

    /// <summary>The server found no usable git program.</summary>
    public const string GitMissing = "AR6036";

    /// <summary>Git failed or took too long while the server read a repository.</summary>
    public const string GitFailed = "AR6037";

    /// <summary>The database of the invocation log was made by a newer server or is not one, so it is left alone.</summary>
    public const string LogNotCompatible = "AR6038";

    /// <summary>No invocation or batch has this id, or the caller may not see it.</summary>
    public const string Unknown = "AR6040";

    /// <summary>The idempotency key belongs to another request.</summary>
    public const string KeyReused = "AR6041";

    /// <summary>The invocation has ended, so it takes no further batches.</summary>
    public const string InvocationEnded = "AR6042";

    /// <summary>The batch names no invocation that it belongs to, or its key is malformed.</summary>
    public const string BatchNotAttached = "AR6043";

    /// <summary>The server's settings are wrong.</summary>
    public const string Settings = "AR6044";

    /// <summary>A setting was changed that only a restart can change.</summary>
    public const string SettingsNeedRestart = "AR6045";

    /// <summary>No dataset of the server has this name.</summary>
    public const string DatasetUnknown = "AR6050";

    /// <summary>The caller is not a member of the dataset.</summary>
    public const string NotMember = "AR6051";

    /// <summary>The dataset does not have the access level.</summary>
    public const string LevelNotAvailable = "AR6052";

    /// <summary>The access level has members of its own, and the caller is none of them.</summary>
    public const string NotMemberOfLevel = "AR6053";

    /// <summary>The repository may not run on the dataset.</summary>
    public const string RepositoryNotAllowed = "AR6054";

    /// <summary>The dataset does not allow runs without a repository at this level.</summary>
    public const string RepositorylessNotAllowed = "AR6055";

    /// <summary>The level does not take images of this registry.</summary>
    public const string ImageNotAllowed = "AR6056";

    /// <summary>The dataset forbids config values that no commit holds.</summary>
    public const string UncommittedConfigNotAllowed = "AR6057";

    /// <summary>The engine cannot enforce the level, and the settings do not say that this is known.</summary>
    public const string LevelNotEnforced = "AR6058";

    /// <summary>A workflow's token was used to submit another repository than its own.</summary>
    public const string OtherRepositoryOfWorkflow = "AR6059";

    /// <summary>No branch or tag of the remote repository contains the commit.</summary>
    public const string CommitNotOnRemote = "AR6061";

    /// <summary>The remote repository cannot be fetched.</summary>
    public const string RepositoryUnreachable = "AR6063";

    /// <summary>Templates of the config store are missing.</summary>
    public const string TemplateMissing = "AR6065";

    /// <summary>A parameter of a body of the original client is missing or wrong.</summary>
    public const string CompatibleParameter = "AR6066";

    /// <summary>The run that the original client waited for did not succeed.</summary>
    public const string WaitedRunFailed = "AR6067";

    /// <summary>The <c>Authorization</c> header is missing or is no bearer token.</summary>
    public const string TokenMissing = "AR6101";

    /// <summary>The token is not valid here.</summary>
    public const string TokenInvalid = "AR6102";

    /// <summary>The token may not do this.</summary>
    public const string TokenForbidden = "AR6103";

    /// <summary>The <c>Host</c> header is not the server's own address.</summary>
    public const string BadHost = "AR6104";

    /// <summary>The request comes from another site.</summary>
    public const string BadOrigin = "AR6105";

    /// <summary>The sign-in code was used already or has expired.</summary>
    public const string CodeSpent = "AR6106";

    /// <summary>The page needs a signed-in user.</summary>
    public const string NotSignedIn = "AR6107";

    /// <summary>The token names no e-mail address.</summary>
    public const string EmailMissing = "AR6109";

    /// <summary>The issuer has not verified the e-mail address of the token.</summary>
    public const string EmailNotVerified = "AR6110";

    /// <summary>The issuer's keys cannot be fetched, so that its tokens cannot be verified.</summary>
    public const string KeysUnavailable = "AR6111";

    /// <summary>The database of the invocation log cannot be opened, or the setting that names it is malformed.</summary>
    public const string DatabaseUnusable = "AR6130";

    /// <summary>The key that encrypts the values of environment variables is damaged or not the one they were encrypted with.</summary>
    public const string EnvironmentKeyUnusable = "AR6131";

    /// <summary>The file is no complete, unchanged backup of an invocation log.</summary>
    public const string BackupUnusable = "AR6132";

    /// <summary>A backup is restored into an empty log only, and this one is not.</summary>
    public const string LogNotEmpty = "AR6133";
}
