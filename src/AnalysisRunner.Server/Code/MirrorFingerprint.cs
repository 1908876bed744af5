using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace AnalysisRunner.Server.Code;

/// <summary>
/// Tells, without starting git, whether a mirror is still what it was when it was last looked through: which folders of objects, packs and refs it has
/// and when each of them was last changed. What the server itself pins (<c>refs/analysis-runner</c>) does not count.
/// </summary>
internal static class MirrorFingerprint
{
    /// <summary>The fingerprint of a bare repository; null when it is not there.</summary>
    public static string? Of(string repository)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        try
        {
            Append(hash, new DirectoryInfo(Path.Combine(repository, "objects")), files: false);
            Append(hash, new DirectoryInfo(Path.Combine(repository, "objects", "pack")), files: true);
            foreach (var refs in new[] { "heads", "tags" }) Append(hash, new DirectoryInfo(Path.Combine(repository, "refs", refs)), files: false);
            foreach (var name in new[] { "HEAD", "config", "packed-refs", "shallow" }) Append(hash, new FileInfo(Path.Combine(repository, name)));
            return Convert.ToHexStringLower(hash.GetHashAndReset());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static void Append(IncrementalHash hash, DirectoryInfo folder, bool files)
    {
        Append(hash, folder.FullName, folder.LastWriteTimeUtc.Ticks, 0);
        if (files)
        {
            foreach (var file in folder.EnumerateFiles().OrderBy(file => file.Name, StringComparer.Ordinal)) Append(hash, file);
            return;
        }
        foreach (var inner in folder.EnumerateDirectories("*", SearchOption.AllDirectories).OrderBy(inner => inner.FullName, StringComparer.Ordinal))
        {
            Append(hash, inner.FullName, inner.LastWriteTimeUtc.Ticks, 0);
        }
    }

    private static void Append(IncrementalHash hash, FileInfo file)
    {
        if (file.Exists) Append(hash, file.FullName, file.LastWriteTimeUtc.Ticks, file.Length);
    }

    private static void Append(IncrementalHash hash, string name, long changed, long length) =>
        hash.AppendData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{name}\0{changed}\0{length}\n")));
}
