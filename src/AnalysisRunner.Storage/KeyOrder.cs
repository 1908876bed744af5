namespace AnalysisRunner.Storage;

/// <summary>The order of the keys' UTF-8 bytes, in which stores list; UTF-16's own order puts U+E000…U+FFFF after the rest of Unicode.</summary>
internal sealed class KeyOrder : IComparer<string>
{
    internal static KeyOrder Instance { get; } = new();

    public int Compare(string? x, string? y)
    {
        if (x is null || y is null) return string.CompareOrdinal(x, y);
        var shared = x.AsSpan().CommonPrefixLength(y);
        return shared == x.Length || shared == y.Length ? x.Length.CompareTo(y.Length) : Rank(x[shared]).CompareTo(Rank(y[shared]));
    }

    private static int Rank(char c) => c switch
    {
        >= '\uE000' => c - 0x800,
        >= '\uD800' => c + 0x2000,
        _ => c,
    };
}
