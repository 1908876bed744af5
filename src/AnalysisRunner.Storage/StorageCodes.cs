namespace AnalysisRunner.Storage;

/// <summary>The codes of everything that the object stores report. Each has a page in <c>docs/diagnostics</c>.</summary>
public static class StorageCodes
{
    /// <summary>A text is no path of an object.</summary>
    public const string MalformedPath = "AR7001";

    /// <summary>No store is there for the path's scheme: a package is missing, or the scheme is unknown.</summary>
    public const string NoStore = "AR7002";

    /// <summary>The object does not exist.</summary>
    public const string NotFound = "AR7003";

    /// <summary>The object exists already, and the write may only create.</summary>
    public const string AlreadyExists = "AR7004";

    /// <summary>The object is not, or no longer, at the version that was asked for.</summary>
    public const string PreconditionFailed = "AR7005";

    /// <summary>The store refuses the operation to this identity.</summary>
    public const string Denied = "AR7006";

    /// <summary>The store asks for fewer requests, and kept asking.</summary>
    public const string Throttled = "AR7007";

    /// <summary>The store does not answer, or answers with a fault of its own.</summary>
    public const string Unavailable = "AR7008";

    /// <summary>Content is not what was recorded when it was written.</summary>
    public const string Corrupt = "AR7009";

    /// <summary>The bucket does not exist.</summary>
    public const string NoSuchBucket = "AR7010";

    /// <summary>There are no credentials for the store.</summary>
    public const string NoCredentials = "AR7011";

    /// <summary>The engine or file system behind the store cannot do this safely.</summary>
    public const string NotSupported = "AR7012";

    /// <summary>The bucket lies in another region than the one that was asked.</summary>
    public const string WrongRegion = "AR7013";

    /// <summary>A limit of the store is exceeded.</summary>
    public const string LimitExceeded = "AR7014";

    /// <summary>A file's name is reserved, or not possible on every platform.</summary>
    public const string UnsafeName = "AR7015";

    /// <summary>A path leads out of the store's root.</summary>
    public const string OutsideRoot = "AR7016";

    /// <summary>A setting of a store is malformed.</summary>
    public const string BadSetting = "AR7017";

    /// <summary>Nothing arrived for longer than the store's timeout.</summary>
    public const string TimedOut = "AR7018";

    /// <summary>The credentials are not those of a user of the store, or have expired.</summary>
    public const string BadCredentials = "AR7019";
}
