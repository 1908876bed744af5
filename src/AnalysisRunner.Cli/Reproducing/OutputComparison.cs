using AnalysisRunner.Contracts;

namespace AnalysisRunner.Cli.Reproducing;

/// <summary>What became of an output in a reproduction.</summary>
internal enum OutputResult
{
    /// <summary>Size and SHA-256 are the same.</summary>
    Same,

    /// <summary>Size or SHA-256 differ.</summary>
    Different,

    /// <summary>The reproduction did not make it.</summary>
    Missing,

    /// <summary>Only the reproduction made it.</summary>
    Added,

    /// <summary>One of the two could not be read when it was listed, so that nobody knows.</summary>
    Unread,
}

/// <summary>An output of an invocation, of its reproduction, or of both.</summary>
/// <param name="Category">The category of storage that it lies in.</param>
/// <param name="Path">Its path below the output prefix.</param>
/// <param name="Before">As the invocation made it; null where it did not.</param>
/// <param name="After">As the reproduction made it; null where it did not.</param>
internal sealed record ComparedOutput(string Category, string Path, InvocationOutput? Before, InvocationOutput? After)
{
    /// <summary>What became of it.</summary>
    public OutputResult Result => (Before, After) switch
    {
        (_, null) => OutputResult.Missing,
        (null, _) => OutputResult.Added,
        var (before, after) when before.Length != after.Length => OutputResult.Different,
        ({ Sha256: null }, _) or (_, { Sha256: null }) => OutputResult.Unread,
        var (before, after) => before.Sha256 == after.Sha256 ? OutputResult.Same : OutputResult.Different,
    };
}

/// <summary>Compares what two invocations made, by the sizes and digests that the server listed at the end of each.</summary>
internal static class OutputComparison
{
    /// <summary>Every output of either, in the order of category and path. What was there before and is unchanged is no output.</summary>
    public static IReadOnlyList<ComparedOutput> Compare(IEnumerable<InvocationOutput> before, IEnumerable<InvocationOutput> after)
    {
        var (first, second) = (ByPlace(before), ByPlace(after));
        return
        [
            .. first.Keys.Union(second.Keys)
                .OrderBy(place => place.Category, StringComparer.Ordinal).ThenBy(place => place.Path, StringComparer.Ordinal)
                .Select(place => new ComparedOutput(place.Category, place.Path, first.GetValueOrDefault(place), second.GetValueOrDefault(place))),
        ];
    }

    private static Dictionary<(string Category, string Path), InvocationOutput> ByPlace(IEnumerable<InvocationOutput> outputs) =>
        outputs.Where(output => output.Change != OutputChange.Unchanged).ToDictionary(output => (output.Category, output.Path));
}
