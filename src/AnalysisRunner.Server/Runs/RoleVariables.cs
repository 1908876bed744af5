using AnalysisRunner.Contracts;

namespace AnalysisRunner.Server.Runs;

/// <summary>
/// The variables by which the clients of AWS in a run fetch the credentials of its role: from this server, with the run's own token, anew before they expire. So no
/// credential stands in an environment or a file.
/// </summary>
internal static class RoleVariables
{
    /// <summary>Where credentials are fetched.</summary>
    public const string Route = "/api/v1/credentials/s3";

    // Where the store is, which is no secret.
    private static readonly string[] Places = ["AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"];

    /// <summary>The variables of a run's driver and jobs; none where it has no role.</summary>
    public static IReadOnlyDictionary<string, string> Of(JobIdentity? identity, RunFolder folder, string url)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        if (identity?.S3Role is null) return variables;
        foreach (var name in Places)
            if (Environment.GetEnvironmentVariable(name) is { Length: > 0 } value) variables[name] = value;
        variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = url + Route;
        variables["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = folder.Authorization;
        // Behind them clients would ask the machine for the server's own.
        variables["AWS_EC2_METADATA_DISABLED"] = "true";
        return variables;
    }

    /// <summary>What an engine is told of an identity: the role is the server's to give.</summary>
    public static JobIdentity? ForEngine(JobIdentity? identity) => identity is null ? null : identity with { S3Role = null };

    /// <summary>Adds the variables to the jobs of a batch; what a job says itself stays.</summary>
    public static BatchSpec AddTo(BatchSpec batch, IReadOnlyDictionary<string, string> variables)
    {
        if (variables.Count == 0) return batch;
        return batch with
        {
            Jobs = [.. batch.Jobs.Select(job => job with
            {
                // One dictionary for the jobs, however many, that have no variables of their own.
                Environment = job.Environment.Count == 0 ? variables : new Dictionary<string, string>([.. variables.Where(variable => !job.Environment.ContainsKey(variable.Key)), .. job.Environment]),
            })],
        };
    }
}
