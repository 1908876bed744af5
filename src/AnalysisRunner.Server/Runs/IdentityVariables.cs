using AnalysisRunner.Contracts;

namespace AnalysisRunner.Server.Runs;

/// <summary>
/// The variables by which the clients of AWS and of Google in a run fetch the credentials of its identity: from this server, with the run's own token, anew before they
/// expire. So no credential stands in an environment or a file.
/// </summary>
internal static class IdentityVariables
{
    /// <summary>The variables of a run's driver and jobs; none where it has neither a role nor a service account.</summary>
    public static IReadOnlyDictionary<string, string> Of(JobIdentity? identity, RunFolder folder, string url)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        if (identity?.S3Role is not null) RoleVariables.Add(variables, folder, url);
        if (identity?.GcsServiceAccount is not null) AccountVariables.Add(variables, folder);
        return variables;
    }

    /// <summary>What an engine is told of an identity: role and service account are the server's to give.</summary>
    public static JobIdentity? ForEngine(JobIdentity? identity) => identity is null ? null : identity with { S3Role = null, GcsServiceAccount = null };

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
