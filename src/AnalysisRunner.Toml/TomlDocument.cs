using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using System.Text;
using System.Threading;

namespace AnalysisRunner.Toml;

/// <summary>
/// A TOML document as it was read: a tree of values that knows where everything stands, and every error. Reading bad text never throws; what
/// could be understood around an error is in the tree. Immutable and safe to share between threads.
/// </summary>
/// <remarks>
/// Disposing is never needed. A program that reads huge documents (from some four megabytes on) one after the other gains by it, because the memory of
/// one then serves the next; see <see cref="Dispose"/>.
/// </remarks>
public sealed partial class TomlDocument : IDisposable
{
    private readonly TomlSource _source;
    private TomlTree? _tree;

    private TomlDocument(TomlTree tree, IReadOnlyList<TomlError> errors)
    {
        _source = tree.Source;
        _tree = tree;
        Errors = errors;
    }

    /// <summary>The file that was read, when there was one; it appears in errors.</summary>
    public string? Path => _source.Path;

    /// <summary>The top-level table.</summary>
    public TomlTable Root => new TomlTable(this, 0);

    /// <summary>Everything that is wrong, in document order.</summary>
    public IReadOnlyList<TomlError> Errors { get; }

    /// <summary>Whether anything is wrong. Keys at fault are then absent from the tree, so absence means nothing.</summary>
    public bool HasErrors => Errors.Count > 0;

    /// <summary>The text as it was read, in UTF-8, a byte order mark included.</summary>
    public ReadOnlyMemory<byte> Utf8 => new ReadOnlyMemory<byte>(_source.Bytes, 0, _source.Length);

    internal TomlTree Tree => _tree ?? throw new ObjectDisposedException(nameof(TomlDocument));

    /// <summary>
    /// Hands the memory of the tree on to the next document. Its values can no longer be read (<see cref="ObjectDisposedException"/>); text, errors and
    /// spans stay. No other thread may be reading it.
    /// </summary>
    public void Dispose() => Interlocked.Exchange(ref _tree, null)?.Return();

    /// <summary>Reads a document from text.</summary>
    /// <param name="text">The text. A surrogate without its partner is reported as invalid UTF-8.</param>
    /// <param name="path">The file to name in errors.</param>
    /// <param name="options">The edition and the limits; <see cref="TomlOptions.Default"/> when absent.</param>
    public static TomlDocument Parse(string text, string? path = null, TomlOptions? options = null)
    {
        options ??= TomlOptions.Default;
        var source = text ?? throw new ArgumentNullException(nameof(text));
        return source.Length > options.MaximumLength
            ? RefuseLength(Encoding.UTF8.GetByteCount(source), path, options)
            : Parse(Utf16.ToUtf8(source), path, options);
    }

    /// <summary>Reads a document from UTF-8. The memory is kept, not copied, when it begins an array: it must not change afterwards.</summary>
    /// <param name="utf8">The text, with or without a byte order mark.</param>
    /// <param name="path">The file to name in errors.</param>
    /// <param name="options">The edition and the limits; <see cref="TomlOptions.Default"/> when absent.</param>
    public static TomlDocument Parse(ReadOnlyMemory<byte> utf8, string? path = null, TomlOptions? options = null)
    {
        options ??= TomlOptions.Default;
        if (utf8.Length > options.MaximumLength) return RefuseLength(utf8.Length, path, options);
        var source = MemoryMarshal.TryGetArray(utf8, out var segment) && segment.Offset == 0 && segment.Array is { } array
            ? new TomlSource(array, segment.Count, path)
            : new TomlSource(utf8.ToArray(), utf8.Length, path);
        var parser = new TomlParser(source, options);
        var errors = parser.Run();
        return new TomlDocument(parser.Tree, errors);
    }

    private static TomlDocument RefuseLength(long length, string? path, TomlOptions options)
    {
        var source = new TomlSource(Array.Empty<byte>(), 0, path);
        var tree = new TomlTree(source);
        var message = $"The document is '{length}' bytes long; the limit is {options.MaximumLength}. Split it, or raise the limit.";
        return new TomlDocument(tree, new[] { new TomlError(TomlCodes.TooLong, message, path, source.Span(0, 0)) });
    }
}
