using System.Globalization;
using Google.Apis.Auth.OAuth2;
using Google.Apis.Http;

namespace AnalysisRunner.Storage.Gcs;

/// <summary>Settings of a <see cref="GcsStore"/>.</summary>
public sealed record GcsStoreOptions
{
    /// <summary>Another server than Google's, such as an emulator; asked without credentials unless some are given.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>The credentials; none means application default credentials: environment, the user's sign-in, the metadata server.</summary>
    public GoogleCredential? Credentials { get; init; }

    /// <summary>The e-mail of a service account to act as: the credentials must be allowed to impersonate it.</summary>
    public string? Impersonate { get; init; }

    /// <summary>Whether requests carry no credentials, for public buckets.</summary>
    public bool Anonymous { get; init; }

    /// <summary>The project that pays for requests to requester-pays buckets.</summary>
    public string? BillingProject { get; init; }

    /// <summary>The size of the pieces of large uploads, in bytes: a multiple of 256 KiB, to 64 MiB. Of a stream, memory is taken for two; of a local file, none.</summary>
    public int ChunkSize { get; init; } = 8 * 1024 * 1024;

    /// <summary>How often one request is tried, the first time included; 1 to 20.</summary>
    public int Attempts { get; init; } = 6;

    /// <summary>How long all tries of one request may take together.</summary>
    public TimeSpan RetryBudget { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long a request may go without an answer, and how long an answer may pause.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(100);

    /// <summary>What fetches the tokens of an impersonated account; null is Google's own.</summary>
    internal IHttpClientFactory? TokenClients { get; init; }

    /// <exception cref="StorageException"><c>AR7017</c>.</exception>
    internal void Ensure()
    {
        if (Endpoint is not null && (!Endpoint.IsAbsoluteUri || Endpoint.Scheme is not ("http" or "https")))
            throw StorageErrors.BadSetting(nameof(Endpoint), Endpoint.ToString(), "It must be an absolute http or https URL.");
        if (ChunkSize < 256 * 1024 || ChunkSize > 64 * 1024 * 1024 || ChunkSize % (256 * 1024) != 0)
            throw StorageErrors.BadSetting(nameof(ChunkSize), ChunkSize.ToString(CultureInfo.InvariantCulture), "It must be a multiple of 262144, to 67108864.");
        if (Attempts is < 1 or > 20) throw StorageErrors.BadSetting(nameof(Attempts), Attempts.ToString(CultureInfo.InvariantCulture), "It must be 1 to 20.");
        if (Anonymous && (Credentials is not null || Impersonate is not null)) throw StorageErrors.BadSetting(nameof(Anonymous), "true", "There are credentials too. Give one of the two.");
    }
}
