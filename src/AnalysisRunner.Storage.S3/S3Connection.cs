using System.Collections.Concurrent;
using Amazon;
using Amazon.Runtime;
using Amazon.Runtime.Credentials;
using Amazon.S3;
using Amazon.S3.Model;

namespace AnalysisRunner.Storage.S3;

/// <summary>The SDK's client, and what it found for signing requests of one's own. Made when the first request needs it: finding credentials may take a request too.</summary>
internal sealed class S3Connection(S3StoreOptions options) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<string, string> _buckets = new(StringComparer.Ordinal);
    private AmazonS3Client? _client;
    private AmazonS3Client? _patient;
    private AWSCredentials? _credentials;

    /// <summary>Who asks, as the subject of a sentence.</summary>
    internal string Identity { get; private set; } = "This identity";

    /// <summary>The client.</summary>
    internal IAmazonS3 Client(StoragePath path)
    {
        lock (_lock) return _client ??= Create(path, options.Timeout);
    }

    /// <summary>The client for requests whose body is larger than a part, which no fixed time bounds.</summary>
    internal IAmazonS3 PatientClient(StoragePath path)
    {
        lock (_lock) return _patient ??= Create(path, System.Threading.Timeout.InfiniteTimeSpan);
    }

    /// <summary>Where an object is reached.</summary>
    /// <param name="path">The object.</param>
    /// <param name="query">Encoded.</param>
    internal Uri Address(StoragePath path, string query)
    {
        // The SDK knows where a bucket is served, by region, style and endpoint.
        var bucket = _buckets.GetOrAdd(path.Bucket, static (name, found) =>
            found.Client.DetermineServiceOperationEndpoint(new GetObjectRequest { BucketName = name, Key = "key" }).URL.TrimEnd('/'), (Client: Client(path), path));
        var key = Uri.EscapeDataString(path.Key).Replace("%2F", "/", StringComparison.Ordinal);
        // What is signed is what is sent: nobody must write it in another way meanwhile.
        return new Uri($"{bucket}/{key}{(query.Length > 0 ? "?" : "")}{query}", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
    }

    /// <summary>What signs requests now; null for anonymous ones.</summary>
    internal async ValueTask<S3Signature?> SignerAsync(StoragePath path)
    {
        var config = Client(path).Config;
        return options.Anonymous ? null : new S3Signature(await _credentials!.GetCredentialsAsync().ConfigureAwait(false), config.AuthenticationRegion ?? config.RegionEndpoint.SystemName);
    }

    public void Dispose()
    {
        _client?.Dispose();
        _patient?.Dispose();
    }

    private AmazonS3Client Create(StoragePath path, TimeSpan timeout)
    {
        var config = new AmazonS3Config
        {
            ForcePathStyle = options.PathStyle ?? !options.IsAmazon,
            MaxErrorRetry = options.Attempts - 1,
            RetryMode = RequestRetryMode.Standard,
            Timeout = timeout,
            // Digests are set and compared here, in forms that every engine knows; the SDK's own are refused by some.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
            // A cut response is asked for again, from where it broke.
            UseHttp = options.Endpoint?.Scheme == "http",
        };
        if (options.Endpoint is not null)
        {
            config.ServiceURL = options.Endpoint.ToString();
            config.AuthenticationRegion = options.Region ?? RegionEndpoint.USEast1.SystemName;
        }
        else if (options.Region is not null)
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(options.Region);
        }
        _credentials ??= Credentials(path);
        try
        {
            return new AmazonS3Client(_credentials, config);
        }
        catch (AmazonClientException error)
        {
            throw new StorageException(StorageErrorKind.Invalid, StorageCodes.BadSetting, path.ToString(),
                $"No region is set for \"{path}\" (\"{error.Message.ReplaceLineEndings(" ")}\"). Set AWS_REGION to the bucket's region.", error);
        }
    }

    private AWSCredentials Credentials(StoragePath path)
    {
        if (options.Anonymous)
        {
            Identity = "An anonymous reader";
            return new AnonymousAWSCredentials();
        }
        try
        {
            var credentials = options.Credentials ?? DefaultAWSCredentialsIdentityResolver.GetCredentials();
            Identity = $"The identity with the access key \"{credentials.GetCredentials().AccessKey}\"";
            return credentials;
        }
        catch (AmazonClientException error)
        {
            throw new StorageException(StorageErrorKind.Denied, StorageCodes.NoCredentials, path.ToString(),
                $"There are no AWS credentials for \"{path}\". Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or ask for anonymous access if the bucket is public.", error);
        }
    }
}
