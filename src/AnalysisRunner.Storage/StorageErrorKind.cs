namespace AnalysisRunner.Storage;

/// <summary>What went wrong, in the terms that a caller decides by.</summary>
public enum StorageErrorKind
{
    /// <summary>The path, an option or a setting is malformed: no store was asked.</summary>
    Invalid,

    /// <summary>The object or its bucket does not exist.</summary>
    NotFound,

    /// <summary>The object exists, and the write may only create.</summary>
    AlreadyExists,

    /// <summary>The object is not at the version that was asked for.</summary>
    PreconditionFailed,

    /// <summary>This identity may not, or there is none.</summary>
    Denied,

    /// <summary>Too many requests, after all retries.</summary>
    Throttled,

    /// <summary>No usable answer, after all retries.</summary>
    Unavailable,

    /// <summary>Content differs from what was recorded.</summary>
    Corrupt,

    /// <summary>The store cannot do this, or not at this size.</summary>
    NotSupported,
}
