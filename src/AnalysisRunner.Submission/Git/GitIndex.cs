namespace AnalysisRunner.Submission.Git;

/// <summary>Reads the index of a work tree and of the submodules in it.</summary>
internal sealed class GitIndex(GitCommand git)
{
    private readonly Dictionary<string, IndexEntry> _entries = new(GitStatus.PathComparer);
    private readonly List<HiddenFile> _hidden = [];

    /// <summary>What the commit holds, as long as nothing is staged.</summary>
    public IReadOnlyDictionary<string, IndexEntry> Entries => _entries;

    /// <summary>Files that git was told not to look at, and that differ.</summary>
    public IReadOnlyList<HiddenFile> Hidden => _hidden;

    /// <summary>Reads the index of the work tree <paramref name="root"/>; paths get <paramref name="prefix"/> before them.</summary>
    public async Task ReadAsync(string root, string prefix, CancellationToken cancellation)
    {
        var before = _entries.Count;
        var marked = GitStatus.ParseIndex(await git.OutputAsync(root, cancellation, "ls-files", "-s", "-v", "-z").ConfigureAwait(false), prefix, _entries);
        if (marked.Count > 0) await JudgeAsync(root, prefix, marked, cancellation).ConfigureAwait(false);
        // A dictionary that only grows lists its entries in the order in which they came.
        foreach (var (path, _) in _entries.Skip(before).Where(entry => entry.Value.Submodule is not null).ToList())
        {
            var folder = Path.Combine(root, path[prefix.Length..]);
            // Without a repository of its own it is not checked out, and nothing of it can have been built.
            if (Path.Exists(Path.Combine(folder, ".git"))) await ReadAsync(folder, path + "/", cancellation).ConfigureAwait(false);
        }
    }

    private async Task JudgeAsync(string root, string prefix, IReadOnlyList<(string Path, char Tag)> marked, CancellationToken cancellation)
    {
        // A sparse checkout marks files 'S' that are not there; one that is there was hidden by hand (pitfalls A24).
        var sparse = await git.RunAsync(root, ["config", "--type=bool", "--get", "core.sparseCheckout"], cancellation).ConfigureAwait(false);
        var isSparse = sparse.Output.Trim() == "true";
        var suspects = marked.Where(file => !(isSparse && file.Tag is 'S' or 's' && !IsThere(Path.Combine(root, file.Path)))).ToList();
        if (suspects.Count == 0) return;

        var differing = await DifferingAsync(root, suspects.Select(file => file.Path), cancellation).ConfigureAwait(false);
        foreach (var (path, tag) in suspects.Where(file => differing.Contains(file.Path)))
            _hidden.Add(new HiddenFile(prefix + path, tag is 'S' or 's' ? HiddenFile.SkipWorktree : HiddenFile.AssumeUnchanged));
    }

    /// <summary>Lets git compare as if it had not been told to look away: on a copy of the index, from which the marks are taken.</summary>
    private async Task<HashSet<string>> DifferingAsync(string root, IEnumerable<string> paths, CancellationToken cancellation)
    {
        var index = GitText.OneLine(await git.OutputAsync(root, cancellation, "rev-parse", "--git-path", "index").ConfigureAwait(false));
        var copy = Path.GetTempFileName();
        try
        {
            File.Copy(Path.GetFullPath(index, root), copy, overwrite: true);
            var environment = new Dictionary<string, string> { ["GIT_INDEX_FILE"] = copy };
            var names = string.Concat(paths.Select(path => path + '\0'));
            foreach (var unmark in new[] { "--no-assume-unchanged", "--no-skip-worktree" })
                await git.OutputAsync(root, ["update-index", unmark, "-z", "--stdin"], names, environment, cancellation).ConfigureAwait(false);
            var differing = await git.OutputAsync(
                root, ["diff", "--no-ext-diff", "--no-textconv", "--no-renames", "--name-only", "-z"], "", environment, cancellation).ConfigureAwait(false);
            return [.. differing.Split('\0', StringSplitOptions.RemoveEmptyEntries)];
        }
        finally
        {
            File.Delete(copy);
        }
    }

    // A link counts, wherever it leads.
    private static bool IsThere(string path) => Path.Exists(path) || new FileInfo(path).LinkTarget is not null;
}
