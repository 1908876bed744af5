namespace AnalysisRunner.Server.Runs;

/// <summary>The variables by which the clients of AWS fetch the credentials of a run's role for S3, as containers do on AWS.</summary>
internal static class RoleVariables
{
    /// <summary>Where credentials are fetched.</summary>
    public const string Route = "/api/v1/credentials/s3";

    // Where the store is, which is no secret.
    private static readonly string[] Places = ["AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"];

    /// <summary>Adds them.</summary>
    public static void Add(Dictionary<string, string> variables, RunFolder folder, string url)
    {
        foreach (var name in Places)
            if (Environment.GetEnvironmentVariable(name) is { Length: > 0 } value) variables[name] = value;
        variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = url + Route;
        variables["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = folder.Authorization;
        // Behind them clients would ask the machine for the server's own.
        variables["AWS_EC2_METADATA_DISABLED"] = "true";
    }
}
