namespace AnalysisRunner.Contracts;

/// <summary>
/// The name of a dataset: lower-case ASCII letters, digits and inner single hyphens, starting with a letter, at most 63 characters.
/// The name becomes part of bucket and folder names, hence the alphabet.
/// </summary>
public readonly record struct DatasetName
{
    /// <summary>The longest name, in characters (the limit of a bucket name's label).</summary>
    public const int MaximumLength = 63;

    private readonly string? _value;

    private DatasetName(string value) => _value = value;

    /// <summary>Reads a name; false when it is not well formed.</summary>
    public static bool TryParse(string? text, out DatasetName name)
    {
        name = default;
        if (text is null or { Length: 0 or > MaximumLength } || text[0] is < 'a' or > 'z' || text[^1] == '-') return false;
        for (var i = 1; i < text.Length; i++)
        {
            var c = text[i];
            if (c is not ((>= 'a' and <= 'z') or (>= '0' and <= '9') or '-')) return false;
            if (c == '-' && text[i - 1] == '-') return false;
        }
        name = new DatasetName(text);
        return true;
    }

    /// <summary>The name as written.</summary>
    public override string ToString() => _value ?? "";
}
