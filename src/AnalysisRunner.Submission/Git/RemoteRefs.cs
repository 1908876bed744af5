namespace AnalysisRunner.Submission.Git;

/// <summary>What <c>git ls-remote --symref</c> lists.</summary>
/// <param name="Tips">The branches and tags, by their full names, and what they point at; an annotated tag also as <c>…^{}</c>.</param>
/// <param name="Head">The hash of the remote's HEAD.</param>
/// <param name="DefaultBranch">The branch that the remote's HEAD names.</param>
internal sealed record RemoteRefs(IReadOnlyDictionary<string, string> Tips, string? Head, string? DefaultBranch)
{
    /// <summary>What the full name of a branch begins with.</summary>
    public const string Heads = "refs/heads/";

    public static RemoteRefs Parse(string output)
    {
        var tips = new Dictionary<string, string>();
        string? head = null;
        string? defaultBranch = null;
        foreach (var line in output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var fields = line.Split('\t');
            if (fields.Length != 2) continue;
            if (fields[0].StartsWith("ref: ", StringComparison.Ordinal))
            {
                if (fields[1] == "HEAD" && fields[0].StartsWith("ref: " + Heads, StringComparison.Ordinal)) defaultBranch = fields[0][("ref: " + Heads).Length..];
                continue;
            }
            if (fields[1] == "HEAD") head = fields[0];
            // refs/pull and the like hold commits that vanish; only branches and tags keep one.
            else if (fields[1].StartsWith(Heads, StringComparison.Ordinal) || fields[1].StartsWith("refs/tags/", StringComparison.Ordinal)) tips[fields[1]] = fields[0];
        }
        return new RemoteRefs(tips, head, defaultBranch);
    }
}
