namespace AnalysisRunner.Contracts;

/// <summary>
/// A path inside a dataset's storage, never a URL: one to 64 names separated by <c>/</c>, each of them not <c>.</c> or <c>..</c>, without control
/// characters or backslashes, and at most 700 characters in all. Trailing slashes are dropped (analysis-runner spec §2.3).
/// </summary>
public readonly record struct OutputPrefix
{
    private const int MaximumLength = 700;
    private const int MaximumDepth = 64;

    private readonly string? _value;

    private OutputPrefix(string value) => _value = value;

    /// <summary>Reads a prefix; <paramref name="fault"/> says what is wrong, as the end of a sentence that begins with the value.</summary>
    public static bool TryParse(string? text, out OutputPrefix prefix, out string? fault)
    {
        prefix = default;
        var trimmed = text?.TrimEnd('/') ?? "";
        var names = trimmed.Split('/');
        fault = trimmed switch
        {
            "" => "is empty",
            _ when trimmed.Length > MaximumLength => $"is longer than {MaximumLength} characters",
            _ when trimmed.Contains("://", StringComparison.Ordinal) => "is a URL; give the path below the dataset's storage",
            _ when names.Length > MaximumDepth => $"is more than {MaximumDepth} levels deep",
            _ when names.Contains("") => "is absolute or has an empty name",
            _ when names.Contains(".") || names.Contains("..") => "has a '.' or '..' name",
            _ when trimmed.Any(c => char.IsControl(c) || c == '\\') => "has a control character or a backslash",
            _ => null,
        };
        if (fault is not null) return false;
        prefix = new OutputPrefix(trimmed);
        return true;
    }

    /// <summary>The prefix without a trailing slash.</summary>
    public override string ToString() => _value ?? "";
}
