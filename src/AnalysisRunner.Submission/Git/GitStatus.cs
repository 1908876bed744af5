using AnalysisRunner.Contracts;

namespace AnalysisRunner.Submission.Git;

/// <summary>Reads <c>git status --porcelain=v2 -z --branch</c> and <c>git ls-files -s -v -z</c>.</summary>
internal static class GitStatus
{
    public static (CommitId? Head, string? Branch, IReadOnlyList<StatusEntry> Changes) Parse(string output)
    {
        CommitId? head = null;
        string? branch = null;
        var changes = new List<StatusEntry>();
        var records = output.Split('\0');
        for (var i = 0; i < records.Length; i++)
        {
            var record = records[i];
            if (record.Length < 3) continue;
            switch (record[0])
            {
                case '#' when record.StartsWith("# branch.oid ", StringComparison.Ordinal):
                    head = CommitId.TryParse(record["# branch.oid ".Length..], out var commit) ? commit : null;
                    break;
                case '#' when record.StartsWith("# branch.head ", StringComparison.Ordinal):
                    branch = record["# branch.head ".Length..] is var name && name != "(detached)" ? name : null;
                    break;
                case '1':
                    changes.Add(Changed(record, fields: 8));
                    break;
                case '2':
                    changes.Add(Changed(record, fields: 9) with { PreviousPath = records[++i] });
                    break;
                case 'u':
                    changes.Add(new StatusEntry(After(record, 10), ChangeKind.Conflicted));
                    break;
                case '?':
                    changes.Add(new StatusEntry(record[2..], ChangeKind.Untracked));
                    break;
            }
        }
        return (head, branch, changes);
    }

    /// <summary>Adds what an index holds, with a prefix before each path; returns the paths that git was told not to look at, with their tags and without the prefix.</summary>
    public static IReadOnlyList<(string Path, char Tag)> ParseIndex(string output, string prefix, Dictionary<string, IndexEntry> index)
    {
        var marked = new List<(string, char)>();
        index.EnsureCapacity(index.Count + (output.Length / 100));
        for (int start = 0, end; (end = output.IndexOf('\0', start)) >= 0; start = end + 1)
        {
            // "H 100644 <hash> 0\t<path>"
            var record = output.AsSpan(start, end - start);
            var tab = record.IndexOf('\t');
            var path = prefix + record[(tab + 1)..].ToString();
            var isSubmodule = record[2..].StartsWith("160000", StringComparison.Ordinal);
            index[path] = new IndexEntry(isSubmodule && CommitId.TryParse(record[9..record.LastIndexOf(' ')].ToString(), out var commit) ? commit : null);
            if (record[0] is 'S' || char.IsAsciiLetterLower(record[0])) marked.Add((path[prefix.Length..], record[0]));
        }
        return marked;
    }

    /// <summary>How paths compare where file systems usually do not tell cases apart.</summary>
    internal static StringComparer PathComparer { get; } =
        OperatingSystem.IsWindows() || OperatingSystem.IsMacOS() ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal;

    private static StatusEntry Changed(string record, int fields)
    {
        var kind = ChangeKind.None;
        if (record[2] != '.') kind |= ChangeKind.Staged;
        if (record[3] != '.') kind |= ChangeKind.Unstaged;
        // "S<c><m><u>" for a submodule, "N..." for anything else.
        if (record[5] == 'S')
        {
            if (record[6] == 'C') kind |= ChangeKind.SubmoduleCommit;
            if (record[7] == 'M') kind |= ChangeKind.SubmoduleModified;
            if (record[8] == 'U') kind |= ChangeKind.SubmoduleUntracked;
        }
        return new StatusEntry(After(record, fields), kind);
    }

    private static string After(string record, int spaces)
    {
        var position = 0;
        for (var i = 0; i < spaces; i++) position = record.IndexOf(' ', position) + 1;
        return record[position..];
    }
}
