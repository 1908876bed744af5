namespace AnalysisRunner.Server.Submissions;

/// <summary>Untrusted values in messages: in quotes, on one line, not longer than a message can bear.</summary>
internal static class Quoted
{
    private const int MaximumLength = 200;

    /// <summary>The value in single quotes with control characters replaced and its middle left out when it is long.</summary>
    public static string Value(string? value)
    {
        if (value is null) return "null";
        var shown = value.Length <= MaximumLength ? value : string.Concat(value.AsSpan(0, MaximumLength / 2), "…", value.AsSpan(value.Length - (MaximumLength / 2)));
        return $"'{string.Concat(shown.Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '\uFFFD' : c))}'";
    }
}
