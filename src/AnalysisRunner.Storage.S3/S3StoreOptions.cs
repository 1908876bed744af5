using Amazon.Runtime;

namespace AnalysisRunner.Storage.S3;

/// <summary>Settings of an <see cref="S3Store"/>.</summary>
public sealed record S3StoreOptions
{
    /// <summary>Another engine than Amazon's, such as <c>http://127.0.0.1:7480</c>; none means AWS.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>Such as <c>eu-central-1</c>; none means what the SDK finds, or <c>us-east-1</c> for another engine.</summary>
    public string? Region { get; init; }

    /// <summary>Whether the bucket stands in the path rather than in the host's name; none means: for other engines than Amazon's.</summary>
    public bool? PathStyle { get; init; }

    /// <summary>The credentials; none means the SDK's chain: environment, profile, web identity, container, instance.</summary>
    public AWSCredentials? Credentials { get; init; }

    /// <summary>Whether requests are not signed, for public buckets.</summary>
    public bool Anonymous { get; init; }

    /// <summary>
    /// Whether the engine judges <c>If-None-Match</c> and <c>If-Match</c> when it completes parts, copies and deletes; none means: only Amazon does. Where it does not, a
    /// conditional write goes in one request, a conditional copy goes through this machine, and both are refused above 5 GiB.
    /// </summary>
    public bool? JudgesAllConditions { get; init; }

    /// <summary>The size of the parts of large objects, in bytes; 5 MiB to 64 MiB. Of a stream, memory is taken for one more than <see cref="Parallelism"/>; of a local file, none.</summary>
    public int PartSize { get; init; } = 5 * 1024 * 1024;

    /// <summary>How many parts of one object are on their way at a time; 1 to 64.</summary>
    public int Parallelism { get; init; } = 4;

    /// <summary>How often one request is tried, the first time included; 1 to 20.</summary>
    public int Attempts { get; init; } = 5;

    /// <summary>How long a request, or a pause in an answer, may last.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(100);

    /// <summary>How the server encrypts what is written.</summary>
    public S3Encryption Encryption { get; init; }

    /// <summary>The key of <see cref="S3Encryption.Kms"/>: an id or ARN; none means the account's default.</summary>
    public string? KmsKey { get; init; }

    // Amazon's limits; tests lower them to meet them.
    internal long LargestRequest { get; init; } = 5L * 1024 * 1024 * 1024;

    internal int BufferedParts { get; init; } = 5000;

    internal long SpooledPartSize { get; init; } = 1152L * 1024 * 1024;

    internal bool IsAmazon => Endpoint is null;

    internal bool Conditional => JudgesAllConditions ?? IsAmazon;

    /// <exception cref="StorageException"><c>AR7017</c>.</exception>
    internal void Ensure()
    {
        if (Endpoint is not null && (!Endpoint.IsAbsoluteUri || Endpoint.Scheme is not ("http" or "https")))
            throw StorageErrors.BadSetting(nameof(Endpoint), Endpoint.ToString(), "It must be an absolute http or https URL.");
        Range(nameof(PartSize), PartSize, 5 * 1024 * 1024, 64 * 1024 * 1024);
        Range(nameof(Parallelism), Parallelism, 1, 64);
        Range(nameof(Attempts), Attempts, 1, 20);
        if (Anonymous && Credentials is not null) throw StorageErrors.BadSetting(nameof(Anonymous), "true", "There are credentials too. Give one of the two.");
        if (KmsKey is not null && Encryption != S3Encryption.Kms) throw StorageErrors.BadSetting(nameof(KmsKey), KmsKey, $"It counts only with {nameof(S3Encryption)}.{nameof(S3Encryption.Kms)}.");

        static void Range(string name, int value, int least, int most)
        {
            if (value < least || value > most)
                throw StorageErrors.BadSetting(name, value.ToString(System.Globalization.CultureInfo.InvariantCulture), $"It must be {least} to {most}.");
        }
    }
}
