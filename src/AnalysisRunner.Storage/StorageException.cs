namespace AnalysisRunner.Storage;

/// <summary>Thrown by every store for everything that goes wrong with an object; the message names the path and what to check.</summary>
public sealed class StorageException : IOException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="kind">What a caller decides by.</param>
    /// <param name="code">One of <see cref="StorageCodes"/>.</param>
    /// <param name="path">The object, as text.</param>
    /// <param name="message">What was found, why it matters, what to do; one line.</param>
    /// <param name="inner">What the store or system said.</param>
    public StorageException(StorageErrorKind kind, string code, string path, string message, Exception? inner = null)
        : base($"{code}: {message}", inner)
    {
        Kind = kind;
        Code = code;
        Path = path;
    }

    /// <summary>What went wrong.</summary>
    public StorageErrorKind Kind { get; }

    /// <summary>One of <see cref="StorageCodes"/>.</summary>
    public string Code { get; }

    /// <summary>The object, bucket or text that it is about.</summary>
    public string Path { get; }
}
