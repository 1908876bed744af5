using AnalysisRunner.Contracts;
using AnalysisRunner.Engines.Slurm;
using AnalysisRunner.Server.Images;
using AnalysisRunner.Server.Security;

namespace AnalysisRunner.Server.Policies;

/// <summary>What may happen on one dataset.</summary>
internal sealed record DatasetPolicy
{
    /// <summary>The dataset.</summary>
    public required string Name { get; init; }

    /// <summary>Its cloud project; null when it has none.</summary>
    public string? Project { get; init; }

    /// <summary>The names of the repositories that may run on it; null allows the caller's own work trees, which only a local runner can read.</summary>
    public IReadOnlySet<string>? Repositories { get; init; }

    /// <summary>Its members, as <see cref="Caller.Principal"/> names them.</summary>
    public required IReadOnlySet<string> Members { get; init; }

    /// <summary>Its levels, and for each the only members that may use it; null where all may.</summary>
    public required IReadOnlyDictionary<AccessLevel, IReadOnlySet<string>?> Levels { get; init; }

    /// <summary>The levels at which a second member has to approve each run.</summary>
    public IReadOnlySet<AccessLevel> Approval { get; init; } = new HashSet<AccessLevel>();

    /// <summary>Whether somebody may use a level: a member of the dataset, and of the level where it has members of its own.</summary>
    public bool MayUse(Caller caller, AccessLevel level) =>
        IsMember(caller) && Levels.TryGetValue(level, out var members) && (members is null || members.Contains(caller.Principal));

    /// <summary>The levels at which a command may run without a repository.</summary>
    public IReadOnlySet<AccessLevel> Repositoryless { get; init; } = new HashSet<AccessLevel>();

    /// <summary>Whether config values that no commit holds are allowed.</summary>
    public bool AllowsUncommittedConfig { get; init; } = true;

    /// <summary>Whether standard and full may run although no identity keeps their jobs to what the level may do.</summary>
    public bool IsUnenforced { get; init; }

    /// <summary>Who the jobs of a level are; a level that is not among them, or names no user, has the rights of the server.</summary>
    public IReadOnlyDictionary<AccessLevel, JobIdentity> Identities { get; init; } = new Dictionary<AccessLevel, JobIdentity>();

    /// <summary>Where Slurm places the jobs of a level, as far as that is different for it.</summary>
    public IReadOnlyDictionary<AccessLevel, SlurmPlacement> SlurmPlacements { get; init; } = new Dictionary<AccessLevel, SlurmPlacement>();

    /// <summary>Whether its jobs use the server's own credentials for object stores; only where nothing is enforced anyway.</summary>
    public bool LendsStoreCredentials { get; init; }

    /// <summary>What an image must begin with at levels standard and full; null allows any.</summary>
    public IReadOnlyList<string>? ImagePrefixes { get; init; }

    /// <summary>The image of drivers that ask for none, which is allowed at every level; null when there is none.</summary>
    public string? DriverImage { get; init; }

    /// <summary>Whether the administrator has named an image, or the registry that it is in.</summary>
    public bool NamesImage(string image) =>
        ImagePrefixes is { } prefixes && (image == DriverImage || IsDriverImageOfThen(image) || prefixes.Any(prefix => image.StartsWith(prefix, StringComparison.Ordinal)));

    // A run that is repeated names the server's own image by the digest that it had. Whoever can push another digest there can move the tag as well, so that this
    // trusts nobody more; an administrator who names a digest means that one.
    private bool IsDriverImageOfThen(string image) =>
        DriverImage is not null && ImageReference.TryParse(image, out var asked) && asked.Digest is not null && ImageReference.TryParse(DriverImage, out var own) && own.Digest is null && asked.Name == own.Name;

    /// <summary>Whether the caller is a member.</summary>
    public bool IsMember(Caller caller) => Members.Contains(caller.Principal);
}
