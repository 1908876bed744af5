namespace AnalysisRunner.Contracts;

/// <summary>
/// Who the jobs of a batch are: the rights that they have, and nothing else (design §5). What is null, the jobs have no rights of that kind. An engine that
/// cannot give one of them refuses the batch.
/// </summary>
public sealed record JobIdentity
{
    /// <summary>The user of the operating system that processes and files belong to.</summary>
    public string? User { get; init; }

    /// <summary>Users whose own group the processes of <see cref="User"/> are in besides: what those users let their group read or write.</summary>
    public IReadOnlyList<string> GroupsOf { get; init => field = value ?? []; } = [];

    /// <summary>Whether the group of a new file may write it, and not only read it.</summary>
    public bool SharesNewFiles { get; init; }

    /// <summary>The role that is taken for S3, as an ARN.</summary>
    public string? S3Role { get; init; }

    /// <summary>The service account that is impersonated for Google Cloud Storage, as an e-mail address.</summary>
    public string? GcsServiceAccount { get; init; }

    /// <summary>The user that submits to Slurm.</summary>
    public string? SlurmUser { get; init; }

    /// <summary>The account that Slurm charges.</summary>
    public string? SlurmAccount { get; init; }
}
