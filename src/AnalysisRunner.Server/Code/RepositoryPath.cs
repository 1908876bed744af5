namespace AnalysisRunner.Server.Code;

/// <summary>
/// A path inside a repository, relative to its root: names separated by <c>/</c>, none of them empty, <c>.</c>, <c>..</c> or <c>.git</c>,
/// without control characters and backslashes, not beginning with <c>-</c>, at most 4,096 characters.
/// </summary>
public readonly record struct RepositoryPath
{
    private const int MaximumLength = 4096;

    private readonly string? _value;

    private RepositoryPath(string value) => _value = value;

    /// <summary>Reads a path; <paramref name="fault"/> says what is wrong, as the end of a sentence that begins with the value.</summary>
    public static bool TryParse(string? text, out RepositoryPath path, out string? fault)
    {
        path = default;
        fault = Fault(text ?? "");
        if (fault is not null) return false;
        path = new RepositoryPath(text!);
        return true;
    }

    /// <summary>The path as written.</summary>
    public override string ToString() => _value ?? "";

    private static string? Fault(string text)
    {
        if (text.Length == 0) return "is empty";
        if (text.Length > MaximumLength) return $"is longer than {MaximumLength} characters";
        if (text[0] == '/') return "is absolute; give the path relative to the repository's root";
        if (text[0] == '-') return "begins with '-', which a program would take for an option";
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsControl(text[i])) return "has a control character";
            if (text[i] == '\\') return "has a backslash; separate names with '/'";
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1])) i++;
            else if (char.IsSurrogate(text[i])) return "is not well-formed Unicode";
        }
        foreach (var name in text.Split('/'))
        {
            if (name.Length == 0) return "has an empty name";
            if (name is "." or "..") return $"has a '{name}' name";
            if (name.Equals(".git", StringComparison.OrdinalIgnoreCase)) return "leads into git's own folder";
        }
        return null;
    }
}
