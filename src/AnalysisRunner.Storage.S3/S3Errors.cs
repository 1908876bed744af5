using System.Net;
using Amazon.Runtime;
using Amazon.S3;

namespace AnalysisRunner.Storage.S3;

/// <summary>What S3 and its client say, as errors of this library.</summary>
internal static class S3Errors
{
    /// <summary>The error of a fault; null when the fault is none of the store.</summary>
    internal static StorageException? Translate(StoragePath path, string operation, string identity, TimeSpan timeout, Exception error, WriteCondition condition = default, string? version = null) => error switch
    {
        StorageException => null,
        AmazonS3Exception answer => Answer(path, operation, identity, answer, condition, version),
        AmazonServiceException { InnerException: { } inner } when IsBreak(inner) => StorageErrors.Unavailable(path, inner.Message, error),
        OperationCanceledException or TimeoutException => StorageErrors.TimedOut(path, timeout, error),
        AmazonClientException or HttpRequestException or IOException => StorageErrors.Unavailable(path, OneLine(error.Message), error),
        _ => null,
    };

    /// <summary>Whether a fault is one of the connection, which another request may not meet.</summary>
    internal static bool IsBreak(Exception error) =>
        error is HttpRequestException or IOException and not StorageException
        || error is AmazonServiceException { InnerException: { } inner } && IsBreak(inner);

    private static StorageException Answer(StoragePath path, string operation, string identity, AmazonS3Exception answer, WriteCondition condition, string? version)
    {
        var said = OneLine($"{answer.ErrorCode}: {answer.Message}".Trim(' ', ':'));
        return (answer.ErrorCode, answer.StatusCode) switch
        {
            ("NoSuchBucket", _) => StorageErrors.NoSuchBucket(path, answer),
            ("PreconditionFailed", _) or (_, HttpStatusCode.PreconditionFailed) =>
                version is not null ? StorageErrors.PreconditionFailed(path, version, answer)
                : condition.Kind != WriteConditionKind.None ? StorageErrors.ConditionFailed(path, condition, answer)
                : StorageErrors.Unavailable(path, said, answer),
            // An object that is not there cannot be at a version.
            (_, HttpStatusCode.NotFound) when condition.Kind == WriteConditionKind.MatchVersion => StorageErrors.ConditionFailed(path, condition, answer),
            ("NoSuchKey" or "NotFound", _) or (_, HttpStatusCode.NotFound) => StorageErrors.NotFound(path, answer),
            ("SignatureDoesNotMatch" or "InvalidAccessKeyId" or "ExpiredToken" or "InvalidToken" or "RequestTimeTooSkewed" or "TokenRefreshRequired", _) => BadCredentials(path, identity, said, answer),
            ("AuthorizationHeaderMalformed" or "PermanentRedirect" or "TemporaryRedirect" or "IllegalLocationConstraintException", _) or (_, HttpStatusCode.MovedPermanently) => WrongRegion(path, said, answer),
            ("AccessDenied" or "Forbidden" or "AllAccessDisabled" or "AccountProblem", _) or (_, HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized) =>
                StorageErrors.Denied(path, operation, identity, said, answer),
            ("SlowDown" or "Throttling" or "ThrottlingException" or "RequestLimitExceeded", _) or (_, HttpStatusCode.TooManyRequests) => StorageErrors.Throttled(path, said, answer),
            ("BadDigest" or "InvalidDigest" or "XAmzContentSHA256Mismatch" or "XAmzContentChecksumMismatch", _) =>
                StorageErrors.Corrupt(path, $"the store received something else than was sent (\"{said}\")", answer),
            ("EntityTooLarge", _) => StorageErrors.LimitExceeded(path, $"\"{path}\" is larger than the store allows (\"{said}\"). Split it."),
            ("NotImplemented", _) => StorageErrors.NotSupported(path, $"The engine of \"{path}\" cannot {operation} it like this (\"{said}\"). Check the store's settings, encryption first."),
            ("InvalidRequest" or "InvalidArgument", _) => new StorageException(StorageErrorKind.Invalid, StorageCodes.BadSetting, path.ToString(),
                $"The store refuses to {operation} \"{path}\" as asked (\"{said}\"). Check the store's settings: encryption needs https, and a key that exists.", answer),
            _ => StorageErrors.Unavailable(path, said, answer),
        };
    }

    private static StorageException BadCredentials(StoragePath path, string identity, string said, Exception inner) => new(StorageErrorKind.Denied, StorageCodes.BadCredentials, path.ToString(),
        $"{identity} is not accepted for \"{path}\" (\"{said}\"). Check that key and secret belong together, have not expired, and that this machine's clock is right.", inner);

    private static StorageException WrongRegion(StoragePath path, string said, Exception inner) => new(StorageErrorKind.Invalid, StorageCodes.WrongRegion, path.ToString(),
        $"The bucket of \"{path}\" is in another region than the one that was asked (\"{said}\"). Set AWS_REGION, or the store's region, to the bucket's.", inner);

    private static string OneLine(string text) => text.ReplaceLineEndings(" ");
}
