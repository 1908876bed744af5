using System.Diagnostics;
using System.Globalization;

namespace AnalysisRunner.Storage;

/// <summary>The sentences of the errors that all stores share, so that one mistake reads the same on every store.</summary>
internal static class StorageErrors
{
    internal static StorageException NotFound(StoragePath path, Exception? inner = null) => new(StorageErrorKind.NotFound, StorageCodes.NotFound, path.ToString(),
        $"\"{path}\" does not exist. Check the path; what lies beside it can be listed at \"{path.Parent}\".", inner);

    internal static StorageException NoSuchBucket(StoragePath path, Exception? inner = null) => new(StorageErrorKind.NotFound, StorageCodes.NoSuchBucket, path.ToString(),
        $"The bucket \"{path.Bucket}\" of \"{path}\" does not exist. Check its name, and the endpoint that is asked.", inner);

    internal static StorageException AlreadyExists(StoragePath path, Exception? inner = null) => new(StorageErrorKind.AlreadyExists, StorageCodes.AlreadyExists, path.ToString(),
        $"\"{path}\" exists already, and this write may only create it. Choose another path, or allow it to be replaced.", inner);

    internal static StorageException PreconditionFailed(StoragePath path, string version, Exception? inner = null) => new(
        StorageErrorKind.PreconditionFailed, StorageCodes.PreconditionFailed, path.ToString(),
        $"\"{path}\" is not at version \"{version}\": it was replaced or deleted meanwhile. Read it again and repeat the change.", inner);

    internal static StorageException Denied(StoragePath path, string operation, string identity, string said, Exception? inner = null) => new(
        StorageErrorKind.Denied, StorageCodes.Denied, path.ToString(),
        $"{identity} may not {operation} \"{path}\" (\"{said}\"). Check that the bucket is yours and that this identity has the right to {operation} there.", inner);

    internal static StorageException Throttled(StoragePath path, string said, Exception? inner = null) => new(StorageErrorKind.Throttled, StorageCodes.Throttled, path.ToString(),
        $"The store of \"{path}\" asks for fewer requests (\"{said}\"), and still did after all retries. Lower the parallelism, or repeat later.", inner);

    internal static StorageException Unavailable(StoragePath path, string said, Exception? inner = null) => new(StorageErrorKind.Unavailable, StorageCodes.Unavailable, path.ToString(),
        $"The store of \"{path}\" gave no usable answer (\"{said}\"). Check the network, the endpoint and the store's status, and repeat.", inner);

    internal static StorageException TimedOut(StoragePath path, TimeSpan limit, Exception? inner = null) => new(StorageErrorKind.Unavailable, StorageCodes.TimedOut, path.ToString(),
        string.Create(CultureInfo.InvariantCulture, $"Nothing came from the store of \"{path}\" for {limit.TotalSeconds:0.###} s. Check the network and the endpoint, or raise the store's timeout."), inner);

    internal static StorageException Corrupt(StoragePath path, string difference, Exception? inner = null) => new(StorageErrorKind.Corrupt, StorageCodes.Corrupt, path.ToString(),
        $"\"{path}\" is not what was written: {difference}. Do not use it; restore it from where it was made, or write it again.", inner);

    internal static StorageException NotSupported(StoragePath path, string message) => new(StorageErrorKind.NotSupported, StorageCodes.NotSupported, path.ToString(), message);

    internal static StorageException LimitExceeded(StoragePath path, string message) => new(StorageErrorKind.NotSupported, StorageCodes.LimitExceeded, path.ToString(), message);

    internal static StorageException Malformed(string text, string complaint) => new(StorageErrorKind.Invalid, StorageCodes.MalformedPath, text,
        $"\"{Visible(text)}\" is no path of an object: it {complaint}.");

    internal static StorageException BadSetting(string name, string value, string remedy) => new(StorageErrorKind.Invalid, StorageCodes.BadSetting, name,
        $"\"{name}\" is \"{Visible(value)}\". {remedy}");

    /// <summary>The error of a write whose condition did not hold.</summary>
    internal static StorageException ConditionFailed(StoragePath path, WriteCondition condition, Exception? inner = null) => condition.Kind switch
    {
        WriteConditionKind.CreateOnly => AlreadyExists(path, inner),
        WriteConditionKind.MatchVersion => PreconditionFailed(path, condition.Version!, inner),
        _ => throw new UnreachableException("An unconditional write has no condition to fail."),
    };

    // A control character in a message would garble the log that it lands in.
    private static string Visible(string text) => string.Concat(text.Take(300).Select(c => char.IsControl(c) ? string.Create(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}") : c.ToString()));
}
