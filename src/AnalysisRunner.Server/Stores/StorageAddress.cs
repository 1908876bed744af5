using AnalysisRunner.Storage;

namespace AnalysisRunner.Server.Stores;

/// <summary>Where things are kept, as settings, configs and records say it: an absolute local path, or a URL of an object store.</summary>
internal static class StorageAddress
{
    private const string FileScheme = "file://";

    /// <summary>Whether it is the URL of an object store rather than a local path.</summary>
    public static bool IsUrl(string address) => address.Contains("://", StringComparison.Ordinal);

    /// <summary>What lies below an address.</summary>
    public static string Combine(string address, params IEnumerable<string> names) =>
        IsUrl(address) ? string.Join('/', names.Prepend(address.TrimEnd('/'))) : Path.Combine([address, .. names]);

    /// <summary>
    /// An address as a setting writes it, <c>file:///…</c>, <c>gs://…</c> or <c>s3://…</c>, <c>{dataset}</c> and <c>{namespace}</c> in it included; null when it is none.
    /// </summary>
    public static string? Parse(string text)
    {
        if (!text.StartsWith(FileScheme, StringComparison.Ordinal))
        {
            // Judged as it will be filled in: with lower-case letters, digits and hyphens.
            var filled = text.Replace("{dataset}", "dataset", StringComparison.Ordinal).Replace("{namespace}", "test", StringComparison.Ordinal);
            return IsUrl(filled) && StoragePath.TryParse(filled, out var path, out _) && !path.IsFile ? text.TrimEnd('/') : null;
        }
        var local = text[FileScheme.Length..].TrimEnd('/');
        // file:///C:/data
        if (OperatingSystem.IsWindows()) local = local.TrimStart('/');
        return Path.IsPathFullyQualified(local) && !local.Split('/').Contains("..") ? Path.GetFullPath(local) : null;
    }
}
