using System.Net;
using System.Text.Json;

namespace AnalysisRunner.Storage.Gcs;

/// <summary>What Google Cloud Storage says, as errors of this library; and which answers Google documents as worth a retry.</summary>
internal static class GcsErrors
{
    /// <summary>408, 429 and 5xx, per https://cloud.google.com/storage/docs/retry-strategy#retryable.</summary>
    internal static bool IsRetryable(HttpStatusCode status) =>
        status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or HttpStatusCode.InternalServerError or HttpStatusCode.BadGateway
            or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout;

    /// <summary>Whether a fault is one of the connection.</summary>
    internal static bool IsBreak(Exception error) => error is HttpRequestException or IOException and not StorageException;

    /// <summary>The error of an answer.</summary>
    internal static StorageException Answer(StoragePath path, string operation, string identity, HttpStatusCode status, string body, WriteCondition condition, string? version)
    {
        var (message, reason) = Read(body);
        var said = $"{(int)status} {reason}: {message}".ReplaceLineEndings(" ").Trim(' ', ':');
        return status switch
        {
            HttpStatusCode.PreconditionFailed when version is not null => StorageErrors.PreconditionFailed(path, version),
            HttpStatusCode.PreconditionFailed when condition.Kind != WriteConditionKind.None => StorageErrors.ConditionFailed(path, condition),
            // What is not there cannot be at a version.
            HttpStatusCode.NotFound when condition.Kind == WriteConditionKind.MatchVersion && !IsBucket(message) => StorageErrors.ConditionFailed(path, condition),
            HttpStatusCode.NotFound when IsBucket(message) => StorageErrors.NoSuchBucket(path),
            HttpStatusCode.NotFound => StorageErrors.NotFound(path),
            HttpStatusCode.Unauthorized => identity.StartsWith("An anonymous", StringComparison.Ordinal)
                ? StorageErrors.Denied(path, operation, identity, said)
                : new StorageException(StorageErrorKind.Denied, StorageCodes.BadCredentials, path.ToString(),
                    $"{identity} is not accepted for \"{path}\" (\"{said}\"). Sign in again: gcloud auth application-default login; and check this machine's clock."),
            HttpStatusCode.BadRequest when reason is "required" or "userProjectMissing" || message.Contains("requester pays", StringComparison.OrdinalIgnoreCase) =>
                new StorageException(StorageErrorKind.Denied, StorageCodes.Denied, path.ToString(),
                    $"The bucket of \"{path}\" makes the requester pay (\"{said}\"). Set {nameof(GcsStoreOptions.BillingProject)} to a project of yours."),
            HttpStatusCode.Forbidden => StorageErrors.Denied(path, operation, identity, said),
            HttpStatusCode.TooManyRequests => StorageErrors.Throttled(path, said),
            HttpStatusCode.BadRequest when message.Contains("hash", StringComparison.OrdinalIgnoreCase) || message.Contains("CRC32C", StringComparison.OrdinalIgnoreCase) || message.Contains("MD5", StringComparison.OrdinalIgnoreCase) =>
                StorageErrors.Corrupt(path, $"the store received something else than was sent (\"{said}\")"),
            HttpStatusCode.BadRequest => new StorageException(StorageErrorKind.Invalid, StorageCodes.BadSetting, path.ToString(),
                $"The store refuses to {operation} \"{path}\" as asked (\"{said}\"). Check the path and the store's settings."),
            _ => StorageErrors.Unavailable(path, said),
        };
    }

    private static bool IsBucket(string message) => message.Contains("bucket does not exist", StringComparison.OrdinalIgnoreCase);

    // A proxy on the way may answer with a page instead.
    private static (string Message, string Reason) Read(string body)
    {
        try
        {
            var fault = JsonSerializer.Deserialize(body, GcsJson.Default.GcsFault)?.Error;
            return (fault?.Message ?? "", fault?.Errors is [{ Reason: { } reason }, ..] ? reason : "");
        }
        catch (JsonException)
        {
            return (body.Length > 200 ? body[..200] : body, "");
        }
    }
}
