using System;

namespace AnalysisRunner.Config;

/// <summary>Paths as text: local, <c>gs://bucket/…</c> or <c>s3://bucket/…</c>.</summary>
internal static class PathText
{
    /// <summary>What passes, as a regular expression for other programs (JSON Schema).</summary>
    internal const string Pattern =
        @"^(?:(?:gs|s3)://[^/\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*|(?:(?!://)[^\x00-\x1f\x7f-\x9f])+)$";

    /// <summary>What a text would have to be to pass as a path; null when it passes.</summary>
    internal static string? Complaint(string text)
    {
        if (text.Length == 0) return "a path: it is empty";
        foreach (var c in text)
            if (char.IsControl(c)) return "a path: it holds a control character";
        var scheme = text.IndexOf("://", StringComparison.Ordinal);
        if (scheme < 0) return null;
        if (text.Substring(0, scheme) is not ("gs" or "s3")) return "a local path, gs:// or s3://";
        return scheme + 3 == text.Length || text[scheme + 3] == '/' ? "complete: the bucket is missing" : null;
    }
}
