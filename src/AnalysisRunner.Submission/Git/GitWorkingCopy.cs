using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Submission.Git;

/// <summary>The work tree around a folder, read by the git program with the exact commands of pitfalls §B.</summary>
/// <param name="folder">An absolute path inside the work tree.</param>
/// <param name="remoteName">The remote to submit from; null or empty chooses one.</param>
public sealed class GitWorkingCopy(string folder, string? remoteName = null) : IWorkingCopy
{
    private static readonly TimeSpan LocalLimit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan RemoteLimit = TimeSpan.FromMinutes(1);

    // The user's own settings must not hide changes (pitfalls B3).
    private static readonly string[] StatusCommand = ["status", "--porcelain=v2", "-z", "--branch", "--untracked-files=normal", "--ignore-submodules=none"];

    /// <inheritdoc/>
    public async Task<WorkingCopyFacts> ReadAsync(CancellationToken cancellation)
    {
        var git = new GitCommand(FindGit(), LocalLimit);
        var (root, prefix, gitFolder) = await LocateAsync(git, cancellation).ConfigureAwait(false);

        // Side by side: the two that look at every file take as long as all the others together.
        var index = new GitIndex(git);
        var reading = index.ReadAsync(root, "", cancellation);
        var remotesOutput = git.OutputAsync(root, cancellation, "remote", "-v");
        var (head, branch, changes) = GitStatus.Parse(await git.OutputAsync(root, cancellation, StatusCommand).ConfigureAwait(false));
        var remotes = ParseRemotes(await remotesOutput.ConfigureAwait(false));
        await reading.ConfigureAwait(false);
        var facts = new WorkingCopyFacts
        {
            Root = root,
            VisibleRoot = WithoutPrefix(folder, prefix) ?? root,
            Head = head,
            Branch = branch,
            Changes = changes,
            Index = index.Entries,
            Hidden = index.Hidden,
            OperationInProgress = OperationIn(gitFolder),
            Remotes = remotes,
            RemoteName = string.IsNullOrEmpty(remoteName) ? null : remoteName,
            Remote = await ChooseRemoteAsync(git, root, branch, remotes, cancellation).ConfigureAwait(false),
        };
        if (head is null) return facts;

        // %P: the parents' hashes; %s: the subject.
        var fields = (await git.OutputAsync(root, cancellation, "log", "-1", "--format=%P%x00%s", "HEAD").ConfigureAwait(false)).TrimEnd('\n').Split('\0');
        return facts with
        {
            Parents = fields[0].Split(' ', StringSplitOptions.RemoveEmptyEntries).Length,
            Subject = fields[^1],
            LineEndingsOnly = await LineEndingsAsync(git, root, changes, cancellation).ConfigureAwait(false),
        };
    }

    /// <inheritdoc/>
    public async Task<WorkingCopyFacts> ReadCommitAsync(WorkingCopyFacts facts, string revision, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(facts);
        var git = new GitCommand(FindGit(), LocalLimit);
        var resolved = await git.RunAsync(facts.Root, ["rev-parse", "--verify", "--quiet", "--end-of-options", revision + "^{commit}"], cancellation).ConfigureAwait(false);
        if (resolved.ExitCode != 0 || !CommitId.TryParse(GitText.OneLine(resolved.Output), out var commit))
        {
            throw new AnalysisRunnerException(
                CommandLineCodes.RevisionUnknown,
                $"{Gate.PathList.Quote(revision)} names no commit of the repository {Gate.PathList.Quote(facts.VisibleRoot)}. Run 'git fetch' if it was made elsewhere, or name one that 'git log' shows.");
        }
        if (commit == facts.Head) return facts;

        var name = commit.ToString();
        var fields = (await git.OutputAsync(facts.Root, cancellation, "log", "-1", "--format=%P%x00%s", name).ConfigureAwait(false)).TrimEnd('\n').Split('\0');
        return facts with
        {
            Head = commit,
            Branch = null,
            Parents = fields[0].Split(' ', StringSplitOptions.RemoveEmptyEntries).Length,
            Subject = fields[^1],
            Changes = [],
            LineEndingsOnly = new HashSet<string>(),
            Hidden = [],
            OperationInProgress = null,
            Index = ParseTree(await git.OutputAsync(facts.Root, cancellation, "ls-tree", "-r", "-z", "--full-tree", name).ConfigureAwait(false)),
        };
    }

    /// <inheritdoc/>
    public async Task<RemoteFacts> AskRemoteAsync(WorkingCopyFacts facts, CommitId commit, bool needsDefaultBranch, CancellationToken cancellation)
    {
        var remote = facts.Remote ?? throw new ArgumentException("the work tree has no remote to ask", nameof(facts));
        var program = FindGit();
        var answer = await new GitRemote(new GitCommand(program, LocalLimit), new GitCommand(program, RemoteLimit), facts.Root, remote)
            .AskAsync(commit, needsDefaultBranch, cancellation).ConfigureAwait(false);
        return answer with { UnpushedSubmodules = await UnpushedAsync(facts, cancellation).ConfigureAwait(false) };
    }

    /// <summary>The submodules that are checked out and whose recorded commit their own remote does not have. An absent one was not built.</summary>
    private static async Task<IReadOnlyList<string>> UnpushedAsync(WorkingCopyFacts facts, CancellationToken cancellation)
    {
        var unpushed = new List<string>();
        foreach (var (path, entry) in facts.Index)
        {
            if (entry.Submodule is not { } commit || !Path.Exists(Path.Combine(facts.Root, path, ".git"))) continue;
            var copy = new GitWorkingCopy(Path.Combine(facts.Root, path));
            var found = await copy.ReadAsync(cancellation).ConfigureAwait(false);
            // Those below it are in the index that was read already.
            var below = found with { Index = new Dictionary<string, IndexEntry>() };
            if (found.Remote is null || !(await copy.AskRemoteAsync(below, commit, needsDefaultBranch: false, cancellation).ConfigureAwait(false)).HoldsCommit) unpushed.Add(path);
        }
        return unpushed;
    }

    private static string FindGit() =>
        ProgramPath.Find("git") ?? throw new AnalysisRunnerException(
            SubmissionCodes.GitMissing,
            "The program 'git' is not on PATH. Submit needs it to prove that the code is committed; install git 2.30 or newer and try again.");

    private async Task<(string Root, string Prefix, string GitFolder)> LocateAsync(GitCommand git, CancellationToken cancellation)
    {
        var result = await git.RunAsync(folder, ["rev-parse", "--show-toplevel", "--show-prefix", "--absolute-git-dir"], cancellation).ConfigureAwait(false);
        if (result.ExitCode == 0)
        {
            var lines = GitText.OneLine(result.Output).Split('\n').Select(line => line.TrimEnd('\r')).ToList();
            return lines.Count == 3
                ? (Path.GetFullPath(lines[0]), lines[1], lines[2])
                : throw new AnalysisRunnerException(SubmissionCodes.GitFailed, $"The path of the work tree around {Gate.PathList.Quote(folder)} has a line break in it, and cannot be told from others. Rename the folder.");
        }
        if (result.Error.Contains("dubious ownership", StringComparison.Ordinal))
        {
            throw new AnalysisRunnerException(
                SubmissionCodes.DubiousOwnership,
                $"Git does not read the repository around '{folder}', because it belongs to another user. If you trust it, run the command that git names: {GitText.LastLine(result.Error)}");
        }
        if (result.Error.Contains("not a git repository", StringComparison.Ordinal) || result.Error.Contains("must be run in a work tree", StringComparison.Ordinal))
        {
            throw new AnalysisRunnerException(
                SubmissionCodes.NotAWorkTree,
                $"'{folder}' is not in a git work tree. Only committed code is submitted: run 'git init', commit the project, and try again.");
        }
        throw GitText.Failed(result, "rev-parse --show-toplevel");
    }

    /// <summary>Reads <c>git ls-tree</c>: mode, kind, hash, tab, path.</summary>
    private static Dictionary<string, IndexEntry> ParseTree(string output)
    {
        var entries = new Dictionary<string, IndexEntry>(GitStatus.PathComparer);
        foreach (var line in output.Split('\0', StringSplitOptions.RemoveEmptyEntries))
        {
            var tab = line.IndexOf('\t', StringComparison.Ordinal);
            var words = line[..tab].Split(' ');
            entries[line[(tab + 1)..]] = words[1] == "commit" && CommitId.TryParse(words[2], out var submodule) ? new IndexEntry(submodule) : new IndexEntry();
        }
        return entries;
    }

    /// <summary>Reads <c>git remote -v</c>: name, tab, address after <c>insteadOf</c>, and what the address is for.</summary>
    private static Dictionary<string, string> ParseRemotes(string output)
    {
        const string Fetch = " (fetch)";
        var remotes = new Dictionary<string, string>();
        foreach (var line in output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            // A partial clone says so after the kind: "(fetch) [blob:none]".
            if (line.IndexOf('\t', StringComparison.Ordinal) is > 0 and var tab && line.LastIndexOf(Fetch, StringComparison.Ordinal) is > 0 and var end)
                remotes.TryAdd(line[..tab], line[(tab + 1)..end]);
        }
        return remotes;
    }

    private async Task<string?> ChooseRemoteAsync(GitCommand git, string root, string? branch, Dictionary<string, string> remotes, CancellationToken cancellation)
    {
        if (!string.IsNullOrEmpty(remoteName)) return remotes.ContainsKey(remoteName) ? remoteName : null;
        if (branch is not null && remotes.Count > 1)
        {
            var upstream = await git.RunAsync(root, ["config", "--get", $"branch.{branch}.remote"], cancellation).ConfigureAwait(false);
            if (upstream.ExitCode == 0 && remotes.ContainsKey(GitText.OneLine(upstream.Output))) return GitText.OneLine(upstream.Output);
        }
        return remotes.ContainsKey("origin") ? "origin" : remotes.Count == 1 ? remotes.Keys.Single() : null;
    }

    private static async Task<IReadOnlySet<string>> LineEndingsAsync(GitCommand git, string root, IReadOnlyList<StatusEntry> changes, CancellationToken cancellation)
    {
        var modified = changes.Where(change => change.Kind == ChangeKind.Unstaged).Select(change => change.Path).ToHashSet();
        if (modified.Count == 0) return modified;
        var differing = await git.OutputAsync(root, cancellation, "diff", "--no-ext-diff", "--no-textconv", "--no-renames", "--ignore-submodules=none", "--name-only", "-z", "HEAD").ConfigureAwait(false);
        modified.ExceptWith(differing.Split('\0'));
        return modified;
    }

    private static string? OperationIn(string gitFolder) =>
        Directory.Exists(Path.Combine(gitFolder, "rebase-merge")) ? "rebase"
        : File.Exists(Path.Combine(gitFolder, "rebase-apply", "applying")) ? "am"
        : Directory.Exists(Path.Combine(gitFolder, "rebase-apply")) ? "rebase"
        : File.Exists(Path.Combine(gitFolder, "MERGE_HEAD")) ? "merge"
        : File.Exists(Path.Combine(gitFolder, "CHERRY_PICK_HEAD")) ? "cherry-pick"
        : File.Exists(Path.Combine(gitFolder, "REVERT_HEAD")) ? "revert"
        : File.Exists(Path.Combine(gitFolder, "BISECT_LOG")) ? "bisect"
        : null;

    private static string? WithoutPrefix(string folder, string prefix)
    {
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        var suffix = Path.TrimEndingDirectorySeparator(OperatingSystem.IsWindows() ? prefix.Replace('/', '\\') : prefix);
        if (suffix.Length == 0) return full;
        return full.EndsWith(Path.DirectorySeparatorChar + suffix, StringComparison.Ordinal) ? full[..^(suffix.Length + 1)] : null;
    }
}
