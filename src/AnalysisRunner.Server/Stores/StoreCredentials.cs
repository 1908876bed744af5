using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Settings;
using AnalysisRunner.Storage.Transfers;

namespace AnalysisRunner.Server.Stores;

/// <summary>
/// Which jobs use the server's own credentials for object stores. They reach everything that the server reaches, so a dataset has them only where its settings say
/// <c>store_credentials = "server"</c>, which demands <c>unenforced = true</c>.
/// </summary>
/// <param name="current">The settings now: what is taken back is taken back from the next job on.</param>
internal sealed class StoreCredentials(CurrentSettings current)
{
    /// <summary>The attribute of a batch that says whose it is; set by the server, whatever the batch says.</summary>
    public const string DatasetAttribute = "dataset";

    /// <summary>The variables by which the clients of AWS and Google find credentials and servers.</summary>
    public static IReadOnlyList<string> Variables { get; } =
    [
        "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_REGION", "AWS_DEFAULT_REGION",
        "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_ROLE_ARN", "AWS_ROLE_SESSION_NAME", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_AUTHORIZATION_TOKEN", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "AWS_EC2_METADATA_DISABLED",
        "GOOGLE_APPLICATION_CREDENTIALS", "GOOGLE_CLOUD_PROJECT", "GOOGLE_CLOUD_QUOTA_PROJECT", "CLOUDSDK_CONFIG", "GCE_METADATA_HOST", "STORAGE_EMULATOR_HOST",
    ];

    /// <summary>Whether the jobs of a dataset use them.</summary>
    public bool AreLentTo(string? dataset) => dataset is not null && current.Value.Policy.Find(dataset) is { LendsStoreCredentials: true };

    /// <summary>The variables that the jobs of a batch get.</summary>
    public IReadOnlyList<string> LentTo(BatchSpec batch) => AreLentTo(batch.Attributes.GetValueOrDefault(DatasetAttribute)) ? Variables : [];

    /// <summary>Refuses a batch whose inputs and outputs the server would have to bring with its own credentials.</summary>
    /// <exception cref="AnalysisRunnerException"><c>AR6150</c>, for every job.</exception>
    public void Ensure(BatchSpec batch, string dataset)
    {
        if (AreLentTo(dataset)) return;
        var problems = batch.Jobs
            .SelectMany(job => (job.InputFiles ?? []).Select(input => input?.From).Concat((job.OutputFiles ?? []).Select(output => output?.To)).Where(place => place is not null && ObjectTransfer.Handles(place))
                .Select(place => new Problem(
                    StoreCodes.CredentialsNotLent,
                    $"The job \"{job.Name}\" names \"{place}\", and the jobs of dataset \"{dataset}\" have no credentials for object stores. Use a local path, or have an administrator give the dataset some (store_credentials).", "jobs")))
            .ToList();
        if (problems.Count > 0) throw new AnalysisRunnerException(problems);
    }
}
