namespace AnalysisRunner.Server.Security;

/// <summary>Who sent an authenticated request.</summary>
/// <param name="Name">The user's name, as it is recorded.</param>
/// <param name="ArGuid">The one invocation that a job-scoped token speaks for; null for the owner.</param>
internal sealed record Caller(string Name, string? ArGuid)
{
    /// <summary>Whether the caller may see and do everything.</summary>
    public bool IsOwner => ArGuid is null;
}
