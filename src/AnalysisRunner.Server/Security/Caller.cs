namespace AnalysisRunner.Server.Security;

/// <summary>Who sent an authenticated request.</summary>
/// <param name="Name">The user's name, as it is recorded: an e-mail address as the token has it, a workflow, or the owner of a local runner.</param>
/// <param name="ArGuid">The one invocation that a job-scoped token speaks for; null for users.</param>
internal sealed record Caller(string Name, string? ArGuid = null)
{
    /// <summary>What the members of datasets are compared with: the name in lower case.</summary>
    public string Principal { get; } = Name.ToLowerInvariant();

    /// <summary>The canonical URL of the one repository whose commits a CI workflow may submit; null for everybody else.</summary>
    public string? Repository { get; init; }

    /// <summary>Whether this is a user, and not the driver of an invocation.</summary>
    public bool IsUser => ArGuid is null;

    /// <summary>Whether this is the owner of a local runner, who may end it.</summary>
    public bool IsOwner { get; init; }
}
