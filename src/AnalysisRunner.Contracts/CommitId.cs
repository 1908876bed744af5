namespace AnalysisRunner.Contracts;

/// <summary>A full commit hash: 40 (SHA-1) or 64 (SHA-256) lower-case hexadecimal digits. Abbreviations, branches and tags are not commits.</summary>
public readonly record struct CommitId
{
    private readonly string? _value;

    private CommitId(string value) => _value = value;

    /// <summary>The first twelve digits, for people.</summary>
    public string Short => ToString() is { Length: > 12 } text ? text[..12] : ToString();

    /// <summary>Reads a full hash in either case; false for anything else.</summary>
    public static bool TryParse(string? text, out CommitId commit)
    {
        commit = default;
        if (text is null || text.Length is not (40 or 64) || !text.All(char.IsAsciiHexDigit)) return false;
        commit = new CommitId(text.ToLowerInvariant());
        return true;
    }

    /// <summary>The full hash in lower case.</summary>
    public override string ToString() => _value ?? "";
}
