using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace AnalysisRunner.Storage;

/// <summary>
/// Where an object or a folder is: <c>gs://bucket/key</c>, <c>s3://bucket/key</c>, <c>file:///…</c> or a plain local path. A value: equal paths name the same
/// place. The keys of buckets are taken as they are written (no percent-encoding); a <c>file:</c> URL is percent-encoded. A slash at the end is dropped.
/// </summary>
public readonly record struct StoragePath
{
    /// <summary>The scheme of local files.</summary>
    public const string FileScheme = "file";

    private const int MaximumKeyBytes = 1024;
    private const int MaximumFileBytes = 4096;
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    private readonly string? _key;
    private readonly string? _bucket;
    private readonly string? _scheme;

    private StoragePath(string scheme, string bucket, string key)
    {
        _scheme = scheme;
        _bucket = bucket;
        _key = key;
    }

    /// <summary><c>file</c>, <c>gs</c> or <c>s3</c>; lower case.</summary>
    public string Scheme => _scheme ?? throw new InvalidOperationException("An empty StoragePath names nothing.");

    /// <summary>The bucket; empty for files.</summary>
    public string Bucket => _bucket ?? "";

    /// <summary>The path inside the bucket or, for files, below the root of the file system: names with slashes between, none at either end; empty for the root.</summary>
    public string Key => _key ?? "";

    /// <summary>Whether this is a bucket, or the root of the file system: a folder, never an object.</summary>
    public bool IsRoot => Key.Length == 0;

    /// <summary>Whether this is a local file or folder.</summary>
    public bool IsFile => Scheme == FileScheme;

    /// <summary>The last name; empty for a root.</summary>
    public string Name => Key[(Key.LastIndexOf('/') + 1)..];

    /// <summary>The folder that it lies in; a root's is itself.</summary>
    public StoragePath Parent => new(Scheme, Bucket, Key.LastIndexOf('/') is var slash and > 0 ? Key[..slash] : "");

    /// <summary>The path of the local file system, with the platform's separators.</summary>
    /// <exception cref="InvalidOperationException">It is no local path.</exception>
    public string LocalPath =>
        !IsFile ? throw new InvalidOperationException($"\"{this}\" is no local path.")
        : HasDrive(Key) ? (Key.Length == 2 ? Key + "/" : Key).Replace('/', Path.DirectorySeparatorChar)
        : "/" + Key;

    /// <summary>Parses a path.</summary>
    /// <exception cref="StorageException"><c>AR7001</c>: it is none; the message says why.</exception>
    public static StoragePath Parse(string text) => TryParse(text, out var path, out var complaint) ? path : throw StorageErrors.Malformed(text, complaint);

    /// <summary>Parses a path.</summary>
    /// <param name="text">The text. A relative local path is taken from the current folder.</param>
    /// <param name="path">The path.</param>
    /// <param name="complaint">What is wrong, as the predicate of a sentence; null when nothing is.</param>
    public static bool TryParse(string text, out StoragePath path, [NotNullWhen(false)] out string? complaint)
    {
        ArgumentNullException.ThrowIfNull(text);
        path = default;
        if (text.Length == 0)
        {
            complaint = "is empty";
            return false;
        }
        var colon = text.IndexOf("://", StringComparison.Ordinal);
        var scheme = colon < 0 ? FileScheme : text[..colon].ToLowerInvariant();
        var (bucket, key) = ("", "");
        switch (scheme)
        {
            case FileScheme when colon < 0:
                complaint = LocalComplaint(text, out key);
                break;
            case FileScheme:
                complaint = UrlComplaint(text[(colon + 3)..], out key);
                break;
            case "gs" or "s3":
                var rest = text[(colon + 3)..];
                var slash = rest.IndexOf('/', StringComparison.Ordinal);
                bucket = slash < 0 ? rest : rest[..slash];
                key = slash < 0 ? "" : WithoutEndingSlash(rest[(slash + 1)..]);
                complaint = BucketComplaint(bucket);
                break;
            default:
                complaint = $"has the scheme \"{scheme}\"; the schemes are file, gs and s3";
                break;
        }
        complaint ??= key.Length == 0 ? null : KeyComplaint(key, scheme);
        if (complaint is null) path = new StoragePath(scheme, bucket, key);
        return complaint is null;
    }

    /// <summary>The path of a local file.</summary>
    /// <param name="path">Taken as it is, also where it looks like a URL; a relative one from the current folder.</param>
    /// <exception cref="StorageException"><c>AR7001</c>: it is no path.</exception>
    public static StoragePath FromLocal(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var key = "";
        var complaint = path.Length == 0 ? "is empty" : LocalComplaint(path, out key);
        complaint ??= key.Length == 0 ? null : KeyComplaint(key, FileScheme);
        return complaint is null ? new StoragePath(FileScheme, "", key) : throw StorageErrors.Malformed(path, complaint);
    }

    /// <summary>A path below this one.</summary>
    /// <param name="suffix">Names with slashes between: relative, with no empty name, no <c>.</c> and no <c>..</c>.</param>
    /// <exception cref="StorageException"><c>AR7001</c>: the suffix is none, or the whole is too long.</exception>
    public StoragePath Combine(string suffix)
    {
        ArgumentNullException.ThrowIfNull(suffix);
        var complaint = suffix.Length == 0 ? "is empty"
            : suffix[0] == '/' || (IsFile && OperatingSystem.IsWindows() && (suffix[0] == '\\' || HasDrive(suffix))) ? "is absolute, and would leave the folder that it is to lie in"
            : suffix.Contains("://", StringComparison.Ordinal) ? "is a URL, and would leave the folder that it is to lie in"
            : null;
        suffix = WithoutEndingSlash(suffix);
        var key = IsRoot ? suffix : $"{Key}/{suffix}";
        complaint ??= KeyComplaint(key, Scheme);
        return complaint is null ? new StoragePath(Scheme, Bucket, key) : throw StorageErrors.Malformed(suffix, complaint);
    }

    /// <summary>Whether this path lies below a folder, at any depth: <c>out2/x</c> does not lie below <c>out</c>.</summary>
    public bool IsBelow(StoragePath folder) =>
        Scheme == folder.Scheme && Bucket == folder.Bucket && !IsRoot
        && (folder.IsRoot || (Key.Length > folder.Key.Length + 1 && Key[folder.Key.Length] == '/' && Key.StartsWith(folder.Key, StringComparison.Ordinal)));

    /// <summary>The part of this path below a folder: what <see cref="Combine"/> would need to give it again.</summary>
    /// <exception cref="ArgumentException">It does not lie below the folder.</exception>
    public string RelativeTo(StoragePath folder) =>
        !IsBelow(folder) ? throw new ArgumentException($"\"{this}\" does not lie below \"{folder}\".", nameof(folder))
        : folder.IsRoot ? Key
        : Key[(folder.Key.Length + 1)..];

    /// <summary>The text that parses to this path: the URL form.</summary>
    public override string ToString() =>
        _scheme is null ? ""
        : IsFile ? "file:///" + string.Join('/', Key.Split('/').Select(EscapeName))
        : IsRoot ? $"{Scheme}://{Bucket}"
        : $"{Scheme}://{Bucket}/{Key}";

    /// <summary>The path of an object that a store listed. Others may write keys that <see cref="Parse"/> refuses; they can be read and deleted all the same.</summary>
    internal static StoragePath Listed(StoragePath bucket, string key) => new(bucket.Scheme, bucket.Bucket, key);

    /// <summary>The key as the prefix of what lies below.</summary>
    internal string FolderPrefix => IsRoot ? "" : Key + "/";

    private static string EscapeName(string name) => HasDrive(name) && name.Length == 2 ? name : Uri.EscapeDataString(name);

    private static string WithoutEndingSlash(string key) => key.EndsWith('/') ? key[..^1] : key;

    private static bool HasDrive(string key) => OperatingSystem.IsWindows() && key.Length > 1 && key[1] == ':' && char.IsAsciiLetter(key[0]);

    private static string? LocalComplaint(string text, out string key)
    {
        key = "";
        // Checked before GetFullPath, which would resolve them silently.
        var portable = OperatingSystem.IsWindows() ? text.Replace('\\', '/') : text;
        if (portable.Contains('\0', StringComparison.Ordinal)) return "has a control character";
        if (portable.StartsWith("//", StringComparison.Ordinal)) return "begins with two slashes";
        foreach (var name in portable.Split('/'))
            if (name == "..") return "has a name \"..\", which would lead upwards";
        if (portable.StartsWith("./", StringComparison.Ordinal)) portable = portable[2..];
        var full = Path.IsPathRooted(portable) || HasDrive(portable)
            ? portable
            : Path.GetFullPath(".").Replace(Path.DirectorySeparatorChar, '/').TrimEnd('/') + (portable is "." or "" ? "" : "/" + portable);
        key = WithoutEndingSlash(full.StartsWith('/') ? full[1..] : full);
        return null;
    }

    private static string? UrlComplaint(string rest, out string key)
    {
        key = "";
        if (!rest.StartsWith('/')) return "names a host; a file URL is file:/// and an absolute path";
        var names = rest[1..].Split('/');
        for (var i = 0; i < names.Length; i++)
        {
            if (names[i].AsSpan().IndexOfAny('#', '?') >= 0) return "has a fragment or a query; in a file URL # is written %23 and ? is written %3F";
            names[i] = Uri.UnescapeDataString(names[i]);
            if (names[i].Contains('/', StringComparison.Ordinal)) return "has an encoded slash in a name";
        }
        key = WithoutEndingSlash(string.Join('/', names));
        return null;
    }

    private static string? BucketComplaint(string bucket)
    {
        if (bucket.Length == 0) return "has no bucket";
        return bucket.Length is >= 3 and <= 222
            && char.IsAsciiLetterOrDigit(bucket[0]) && char.IsAsciiLetterOrDigit(bucket[^1])
            && bucket.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
            ? null
            : $"has the bucket \"{bucket}\"; a bucket has 3 to 222 of A-Z a-z 0-9 - _ . and begins and ends with a letter or digit";
    }

    private static string? KeyComplaint(string key, string scheme)
    {
        foreach (var name in key.Split('/'))
        {
            if (name.Length == 0) return "has an empty name between two slashes";
            if (name is "." or "..") return $"has a name \"{name}\", which would lead elsewhere";
            if (scheme == FileScheme && name.Length > 63 && Encoding.UTF8.GetByteCount(name) > 255) return "has a name of more than 255 bytes";
        }
        foreach (var c in key)
            if (char.IsControl(c)) return "has a control character";
        try
        {
            var (limit, bytes) = (scheme == FileScheme ? MaximumFileBytes : MaximumKeyBytes, Strict.GetByteCount(key));
            return bytes > limit ? $"has {bytes} bytes after its bucket or root; the limit is {limit}" : null;
        }
        catch (EncoderFallbackException)
        {
            return "has half of a surrogate pair, which is no character";
        }
    }
}
