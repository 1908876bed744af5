namespace AnalysisRunner.Contracts.Codes;

/// <summary>AR20xx: why a submission was refused before it was sent.</summary>
public static class SubmissionCodes
{
    /// <summary>Tracked files differ from the commit.</summary>
    public const string Modified = "AR2001";

    /// <summary>There are files that git neither tracks nor ignores.</summary>
    public const string Untracked = "AR2002";

    /// <summary>The commit is not on the remote.</summary>
    public const string Unpushed = "AR2003";

    /// <summary>The repository has no remote that the server could fetch from.</summary>
    public const string NoRemote = "AR2004";

    /// <summary>Tracked files are hidden from git's comparison.</summary>
    public const string Hidden = "AR2005";

    /// <summary>The built assembly's stamp is not the commit.</summary>
    public const string StampDiffers = "AR2006";

    /// <summary>The commit is a merge that CI made and will throw away.</summary>
    public const string TransientMerge = "AR2007";

    /// <summary>The git program was not found.</summary>
    public const string GitMissing = "AR2008";

    /// <summary>Git refuses to read a repository that belongs to somebody else.</summary>
    public const string DubiousOwnership = "AR2009";

    /// <summary>A merge, rebase or the like is in progress.</summary>
    public const string OperationInProgress = "AR2010";

    /// <summary>The project is not in a git work tree.</summary>
    public const string NotAWorkTree = "AR2011";

    /// <summary>The repository has no commit yet.</summary>
    public const string NoCommit = "AR2012";

    /// <summary>A build input is ignored by git.</summary>
    public const string InputNotInCommit = "AR2013";

    /// <summary>HEAD moved while the project was built.</summary>
    public const string HeadMoved = "AR2014";

    /// <summary>The access level needs a commit of the default branch.</summary>
    public const string NotOnDefaultBranch = "AR2015";

    /// <summary>Level full was not confirmed with the dataset's name.</summary>
    public const string FullNotConfirmed = "AR2016";

    /// <summary>A config file is not in the commit.</summary>
    public const string ConfigNotInCommit = "AR2017";

    /// <summary>Git failed or took too long.</summary>
    public const string GitFailed = "AR2018";

    /// <summary>Files differ from the commit in their line endings only.</summary>
    public const string LineEndingsOnly = "AR2019";

    /// <summary>The git remote could not be asked.</summary>
    public const string RemoteNotReachable = "AR2020";

    /// <summary>There are several remotes, and none is the obvious one.</summary>
    public const string RemoteAmbiguous = "AR2021";

    /// <summary>The script is not a file of the commit.</summary>
    public const string ScriptNotInCommit = "AR2022";

    /// <summary>A merge left conflicts behind.</summary>
    public const string Conflicted = "AR2023";

    /// <summary>A submodule is at another commit than the one recorded.</summary>
    public const string SubmoduleMoved = "AR2024";

    /// <summary>A submodule has modified or untracked files.</summary>
    public const string SubmoduleModified = "AR2025";

    /// <summary>A submodule's commit is not on its remote.</summary>
    public const string SubmoduleUnpushed = "AR2026";

    /// <summary>A build input lies outside the repository.</summary>
    public const string InputOutside = "AR2027";

    /// <summary>The build wrote one of its own sources outside <c>obj</c>.</summary>
    public const string GeneratedOutsideObj = "AR2028";

    /// <summary>A value that would be recorded looks like a secret.</summary>
    public const string Secret = "AR2029";
}
