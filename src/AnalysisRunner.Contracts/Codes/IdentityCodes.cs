namespace AnalysisRunner.Contracts.Codes;

/// <summary>AR608x and AR609x: who a job is, and who must agree to it; each has a page in <c>docs/diagnostics</c>.</summary>
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
}
