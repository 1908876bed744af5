using System.Text;

namespace AnalysisRunner.Storage;

/// <summary>What every store demands of its arguments before it does anything.</summary>
internal static class ObjectRules
{
    private const int MaximumMetadataBytes = 2048;
    internal const int MaximumParts = 1024;

    /// <summary>Refuses a path that this store does not serve, or that names no object.</summary>
    internal static void EnsureObject(StoragePath path, string scheme)
    {
        EnsureServed(path, scheme);
        if (path.IsRoot) throw StorageErrors.Malformed(path.ToString(), "names a whole bucket or file system, and an object is needed");
    }

    /// <summary>Refuses a path that this store does not serve.</summary>
    internal static void EnsureServed(StoragePath path, string scheme)
    {
        if (path.Scheme != scheme) throw StorageErrors.Malformed(path.ToString(), $"was handed to the store of {scheme}: paths");
    }

    /// <summary>Refuses metadata that some store would alter.</summary>
    internal static void EnsureMetadata(StoragePath path, IReadOnlyDictionary<string, string> metadata, ReadOnlySpan<string> reserved)
    {
        var bytes = 0;
        foreach (var (name, value) in metadata)
        {
            if (name.Length == 0 || name.Any(c => !(char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '.')))
                throw Refused($"The metadata of \"{path}\" has the name \"{name}\". Use a-z 0-9 - . alone: stores change other characters.");
            if (reserved.Contains(name)) throw Refused($"The metadata of \"{path}\" has the name \"{name}\", which this library writes itself. Choose another.");
            if (value.Length != value.Trim().Length || value.Any(c => c is < ' ' or > '~'))
                throw Refused($"The metadata \"{name}\" of \"{path}\" has a value that not every store keeps. Use visible ASCII characters and inner spaces; encode the rest.");
            bytes += Encoding.UTF8.GetByteCount(name) + value.Length;
        }
        if (bytes > MaximumMetadataBytes)
            throw StorageErrors.LimitExceeded(path, $"The metadata of \"{path}\" has {bytes} bytes; the limit is {MaximumMetadataBytes}. Write the rest as an object beside it.");

        StorageException Refused(string message) => new(StorageErrorKind.Invalid, StorageCodes.BadSetting, path.ToString(), message);
    }

    /// <summary>Refuses a copy that this store does not serve.</summary>
    internal static void EnsureCopy(string scheme, StoragePath source, StoragePath destination, WriteOptions options, ReadOnlySpan<string> reserved)
    {
        EnsureObject(source, scheme);
        EnsureObject(destination, scheme);
        EnsureMetadata(destination, options.Metadata, reserved);
    }

    /// <summary>A text that becomes a header, where a line end would begin another one.</summary>
    internal static string Visible(StoragePath path, string what, string text) => text.All(c => c is >= ' ' and <= '~')
        ? text
        : throw new StorageException(StorageErrorKind.Invalid, StorageCodes.BadSetting, path.ToString(), $"The {what} of \"{path}\" has characters that a header cannot carry. Use visible ASCII characters.");

    /// <summary>Refuses a range that lies before the object.</summary>
    internal static void EnsureRange(ReadOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(options.Offset);
        if (options.Length is { } length) ArgumentOutOfRangeException.ThrowIfNegative(length);
    }

    /// <summary>The number of bytes of a range in an object of this length.</summary>
    internal static long RangeLength(ReadOptions options, long length) =>
        Math.Min(options.Length ?? long.MaxValue, Math.Max(0, length - options.Offset));

    /// <summary>The options of a copy: what is not given comes from the original.</summary>
    internal static WriteOptions WithOriginals(WriteOptions? options, ObjectInfo source) => (options ?? WriteOptions.Default) with
    {
        Metadata = options is { Metadata.Count: > 0 } ? options.Metadata : source.Metadata,
        ContentType = options?.ContentType ?? source.ContentType,
    };

    /// <summary>Refuses a composition that no store could do.</summary>
    internal static void EnsureParts(IReadOnlyList<StoragePath> parts, StoragePath destination)
    {
        ArgumentOutOfRangeException.ThrowIfZero(parts.Count);
        if (parts.Count > MaximumParts)
            throw StorageErrors.LimitExceeded(destination, $"\"{destination}\" was to be composed of {parts.Count} objects; the limit is {MaximumParts}. Compose in steps.");
        foreach (var part in parts)
        {
            EnsureObject(part, destination.Scheme);
            if (part.Bucket != destination.Bucket)
                throw StorageErrors.NotSupported(destination, $"\"{part}\" lies in another bucket than \"{destination}\", and only objects of one bucket can be composed. Copy it first.");
        }
    }
}
