using Amazon;
using Amazon.Runtime;
using Amazon.Runtime.Credentials;
using Amazon.S3;

namespace AnalysisRunner.Storage.S3;

/// <summary>The SDK's client, made when the first request needs it: finding credentials may take a request of its own.</summary>
internal sealed class S3Connection(S3StoreOptions options) : IDisposable
{
    private readonly Lock _lock = new();
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
