using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace AnalysisRunner.Pipelines;

/// <summary>The name of the folder of a job's files.</summary>
internal static class JobFolder
{
    private const int LongestSlug = 100;

    private static readonly SearchValues<char> Plain = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");

    /// <summary>Whether a file's name needs no closer look: most are a short word.</summary>
    public static bool IsPlain([NotNullWhen(true)] string? name) => name is { Length: > 0 and <= LongestSlug } && name.AsSpan().IndexOfAnyExcept(Plain) < 0;

    /// <summary>Letters, digits and hyphens of the job's name, everything else as underscore, and its id. ASCII, so that its length is known in bytes.</summary>
    [MethodImpl(HotPath.Method)]
    public static string Name(string name, int id)
    {
        Span<char> slug = stackalloc char[LongestSlug];
        var length = 0;
        foreach (var c in name)
        {
            if (length == LongestSlug) break;
            // A leading hyphen would look like an option.
            if (c == '-' && length == 0) continue;
            slug[length++] = char.IsAsciiLetterOrDigit(c) || c == '-' ? c : '_';
        }
        return string.Create(CultureInfo.InvariantCulture, $"{(length == 0 ? "job" : slug[..length])}-{id}");
    }
}
