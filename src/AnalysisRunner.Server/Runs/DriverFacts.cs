using System.Text.RegularExpressions;
using AnalysisRunner.Contracts;
using AnalysisRunner.Engines.Local.Users;

namespace AnalysisRunner.Server.Runs;

/// <summary>Reads what a driver noted about its machine (<see cref="FactsScript"/>). A driver may write nonsense there: what has not the form of its fact is passed over.</summary>
internal static partial class DriverFacts
{
    private const int MaximumLength = 16 * 1024;

    /// <summary>The facts; null when there is no file.</summary>
    public static Toolchain? Read(string path)
    {
        if (!File.Exists(path)) return null;
        try
        {
            using var stream = OwnedFiles.OpenRegular(path);
            if (stream is null || stream.Length > MaximumLength) return null;
            using var reader = new StreamReader(stream);
            return Parse(reader.ReadToEnd());
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null; // The driver has not noted any yet.
        }
    }

    /// <summary>Reads complete lines <c>name value</c>; the first of a name counts.</summary>
    public static Toolchain Parse(string text)
    {
        var facts = new Dictionary<string, string>(StringComparer.Ordinal);
        var end = text.LastIndexOf('\n');
        foreach (var line in end < 0 ? [] : text[..end].Split('\n'))
        {
            if (line.Split(' ', 2) is [var name, var value]) facts.TryAdd(name, value);
        }
        return new Toolchain
        {
            Sdk = Fact("sdk", VersionPattern()),
            Runtime = Fact("runtime", VersionPattern()),
            Os = Fact("os", TextPattern()),
            LockFileSha256 = Fact("lock", DigestPattern()),
            PackagesSha256 = Fact("packages", DigestPattern()),
        };

        string? Fact(string name, Regex form) => facts.TryGetValue(name, out var value) && form.IsMatch(value) ? value : null;
    }

    [GeneratedRegex(@"\A[0-9]+(\.[0-9A-Za-z+-]+){1,6}\z", RegexOptions.CultureInvariant)]
    private static partial Regex VersionPattern();

    [GeneratedRegex(@"\A[ -~]{1,200}\z", RegexOptions.CultureInvariant)]
    private static partial Regex TextPattern();

    [GeneratedRegex(@"\A[0-9a-f]{64}\z", RegexOptions.CultureInvariant)]
    private static partial Regex DigestPattern();
}
