using AnalysisRunner.Contracts;

namespace AnalysisRunner.Server.Code;

/// <summary>A repository that the server fetches from: where, how, and what its branch of reviewed code is.</summary>
public sealed record RemoteRepository
{
    /// <summary>Its name for people.</summary>
    public required string Name { get; init; }

    /// <summary>The address that git is given: <c>https://</c>, <c>ssh://</c> or <c>file://</c>; from the settings, or checked against them.</summary>
    public required string Address { get; init; }

    /// <summary>The branch of reviewed code; null where nobody asks.</summary>
    public string? DefaultBranch { get; init; }

    /// <summary>The absolute path of a file with credentials; null when there is none.</summary>
    public string? Credentials { get; init; }

    /// <summary>How long a fetch may take.</summary>
    public TimeSpan TimeLimit { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How large the mirror may become, in bytes.</summary>
    public long SizeLimit { get; init; } = 20L << 30;

    /// <summary>The transport of <see cref="Address"/>, as git calls it.</summary>
    public string Transport => new Uri(Address).Scheme;

    /// <summary>The canonical form of <see cref="Address"/>; the address itself where that has none (<c>file://</c>).</summary>
    public string CanonicalUrl => RepositoryUrl.TryParse(Address, out var url) ? url.ToString() : Address;
}
