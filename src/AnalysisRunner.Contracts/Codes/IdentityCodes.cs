namespace AnalysisRunner.Contracts.Codes;

/// <summary>AR608x and AR609x: who a job is, and who must agree to it, and what its code lacks; each has a page in <c>docs/diagnostics</c>.</summary>
public static class IdentityCodes
{
    /// <summary>Jobs cannot run as a user of the operating system here, or not as this one.</summary>
    public const string UserNotUsable = "AR6080";

    /// <summary>The engine cannot give jobs an identity of this kind.</summary>
    public const string KindNotSupported = "AR6081";

    /// <summary>A level has no identity while others do, so its jobs could do what the server can.</summary>
    public const string IdentityMissing = "AR6082";

    /// <summary>A batch asks for something that this engine cannot do for jobs with an identity.</summary>
    public const string NotWithIdentity = "AR6083";

    /// <summary>The role of a run cannot be taken.</summary>
    public const string RoleNotGiven = "AR6084";

    /// <summary>The invocation waits for no approval.</summary>
    public const string NotWaiting = "AR6090";

    /// <summary>The digest is not that of what the invocation would run.</summary>
    public const string OtherDigest = "AR6091";

    /// <summary>Nobody approves their own invocation, and no workflow approves any.</summary>
    public const string OwnApproval = "AR6092";

    /// <summary>The time in which the invocation could be approved is over.</summary>
    public const string ApprovalExpired = "AR6093";

    /// <summary>Who submitted the invocation may not run it any more.</summary>
    public const string SubmitterNotAllowed = "AR6094";

    /// <summary>The files that a commit keeps in Git LFS cannot be brought.</summary>
    public const string LargeFiles = "AR6095";
}
