using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Submission.Git;

/// <summary>The work tree around a folder, read by the git program with the exact commands of pitfalls §B.</summary>
/// <param name="folder">An absolute path inside the work tree.</param>
public sealed class GitWorkingCopy(string folder) : IWorkingCopy
{
    private static readonly TimeSpan LocalLimit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan RemoteLimit = TimeSpan.FromSeconds(60);

    // The user's own settings must not hide changes (pitfalls B3).
    private static readonly string[] StatusCommand =
    [
        "-c", "status.showUntrackedFiles=normal", "-c", "status.relativePaths=false", "-c", "core.quotePath=false",
        "status", "--porcelain=v2", "-z", "--branch", "--untracked-files=normal", "--ignore-submodules=none",
    ];

    /// <inheritdoc/>
    public async Task<WorkingCopyFacts> ReadAsync(CancellationToken cancellation)
    {
        var git = new GitCommand(FindGit(), LocalLimit);
        var root = await LocateAsync(git, cancellation).ConfigureAwait(false);
        var prefix = OneLine(await OutputAsync(git, folder, cancellation, "rev-parse", "--show-prefix").ConfigureAwait(false));
        var gitFolder = OneLine(await OutputAsync(git, folder, cancellation, "rev-parse", "--absolute-git-dir").ConfigureAwait(false));

        var (head, branch, changes) = GitStatus.Parse(await OutputAsync(git, root, cancellation, StatusCommand).ConfigureAwait(false));
        var (index, marked) = GitStatus.ParseIndex(await OutputAsync(git, root, cancellation, "ls-files", "-s", "-v", "-z").ConfigureAwait(false));
        var remotes = await RemotesAsync(git, root, cancellation).ConfigureAwait(false);
        var facts = new WorkingCopyFacts
        {
            Root = root,
            VisibleRoot = WithoutPrefix(folder, prefix) ?? root,
            Head = head,
            Branch = branch,
            Changes = changes,
            Index = index,
            Hidden = [.. marked.Where(file => IsHidden(root, file.Path, file.Tag)).Select(file => new HiddenFile(file.Path, file.Tag == 'S' ? "skip-worktree" : "assume-unchanged"))],
            OperationInProgress = OperationIn(gitFolder),
            Remotes = remotes,
            Remote = await ChooseRemoteAsync(git, root, branch, remotes, cancellation).ConfigureAwait(false),
        };
        if (head is null) return facts;

        // %P: the parents' hashes; %s: the subject.
        var log = await OutputAsync(git, root, cancellation, "-c", "log.showSignature=false", "-c", "i18n.logOutputEncoding=UTF-8", "log", "-1", "--format=%P%x00%s", "HEAD").ConfigureAwait(false);
        var fields = log.TrimEnd('\n').Split('\0');
        return facts with
        {
            Parents = fields[0].Split(' ', StringSplitOptions.RemoveEmptyEntries).Length,
            Subject = fields[^1],
            LineEndingsOnly = await LineEndingsAsync(git, root, changes, cancellation).ConfigureAwait(false),
        };
    }

    /// <inheritdoc/>
    public async Task<RemoteFacts> AskRemoteAsync(WorkingCopyFacts facts, CommitId commit, CancellationToken cancellation)
    {
        var remote = facts.Remote ?? throw new ArgumentException("the work tree has no remote to ask", nameof(facts));
        var local = new GitCommand(FindGit(), LocalLimit);
        var result = await new GitCommand(FindGit(), RemoteLimit)
            .RunAsync(facts.Root, [.. await BatchModeAsync(local, facts.Root, cancellation).ConfigureAwait(false), "ls-remote", "--symref", "--", remote], cancellation).ConfigureAwait(false);
        if (result.ExitCode != 0)
        {
            throw new AnalysisRunnerException(
                SubmissionCodes.RemoteNotReachable,
                $"The remote '{remote}' did not answer, so it is not known whether it has commit {commit.Short}: {LastLine(result.Error)}. Try 'git ls-remote {remote}'.");
        }

        var refs = RemoteRefs.Parse(result.Output);
        return new RemoteFacts(
            await IsInAsync(local, facts.Root, commit, refs.Commits, cancellation).ConfigureAwait(false),
            refs.DefaultBranch,
            refs.Head is not null && await IsInAsync(local, facts.Root, commit, [refs.Head], cancellation).ConfigureAwait(false));
    }

    /// <summary>Whether one of the tips is the commit or, as far as the objects here tell, descends from it.</summary>
    private static async Task<bool> IsInAsync(GitCommand git, string root, CommitId commit, IEnumerable<string> tips, CancellationToken cancellation)
    {
        var known = tips.Distinct().ToList();
        if (known.Contains(commit.ToString())) return true;
        var input = commit + "\n" + string.Concat(known.Select(tip => $"^{tip}\n"));
        var result = await git.RunAsync(root, ["rev-list", "-n", "1", "--ignore-missing", "--stdin"], cancellation, input).ConfigureAwait(false);
        return result is { ExitCode: 0, Output: "" };
    }

    private static async Task<string[]> BatchModeAsync(GitCommand git, string root, CancellationToken cancellation)
    {
        // ssh asks on the terminal itself, past stdin; what the user configured stays.
        if (Environment.GetEnvironmentVariable("GIT_SSH_COMMAND") is not null || Environment.GetEnvironmentVariable("GIT_SSH") is not null) return [];
        var configured = await git.RunAsync(root, ["config", "--get", "core.sshCommand"], cancellation).ConfigureAwait(false);
        return configured.ExitCode == 0 ? [] : ["-c", "core.sshCommand=ssh -o BatchMode=yes"];
    }

    private static string FindGit() =>
        ProgramPath.Find("git") ?? throw new AnalysisRunnerException(
            SubmissionCodes.GitMissing,
            "The program 'git' is not on PATH. Submit needs it to prove that the code is committed; install git 2.30 or newer and try again.");

    private async Task<string> LocateAsync(GitCommand git, CancellationToken cancellation)
    {
        var result = await git.RunAsync(folder, ["rev-parse", "--show-toplevel"], cancellation).ConfigureAwait(false);
        if (result.ExitCode == 0) return Path.GetFullPath(OneLine(result.Output));
        if (result.Error.Contains("dubious ownership", StringComparison.Ordinal))
        {
            throw new AnalysisRunnerException(
                SubmissionCodes.DubiousOwnership,
                $"Git does not read the repository around '{folder}', because it belongs to another user. If you trust it, run the command that git names: {LastLine(result.Error)}");
        }
        if (result.Error.Contains("not a git repository", StringComparison.Ordinal) || result.Error.Contains("must be run in a work tree", StringComparison.Ordinal))
        {
            throw new AnalysisRunnerException(
                SubmissionCodes.NotAWorkTree,
                $"'{folder}' is not in a git work tree. Only committed code is submitted: run 'git init', commit the project, and try again.");
        }
        throw Failed(result, "rev-parse --show-toplevel");
    }

    private static async Task<string> OutputAsync(GitCommand git, string root, CancellationToken cancellation, params string[] arguments)
    {
        var result = await git.RunAsync(root, arguments, cancellation).ConfigureAwait(false);
        return result.ExitCode == 0 ? result.Output : throw Failed(result, string.Join(' ', arguments));
    }

    private static AnalysisRunnerException Failed(GitResult result, string command) =>
        new(SubmissionCodes.GitFailed, $"'git {command}' failed with exit code {result.ExitCode}: {LastLine(result.Error)}");

    private static async Task<IReadOnlyDictionary<string, string>> RemotesAsync(GitCommand git, string root, CancellationToken cancellation)
    {
        var remotes = new Dictionary<string, string>();
        var names = await OutputAsync(git, root, cancellation, "remote").ConfigureAwait(false);
        foreach (var name in names.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var url = await git.RunAsync(root, ["remote", "get-url", "--", name], cancellation).ConfigureAwait(false);
            if (url.ExitCode == 0) remotes[name] = OneLine(url.Output);
        }
        return remotes;
    }

    private static async Task<string?> ChooseRemoteAsync(GitCommand git, string root, string? branch, IReadOnlyDictionary<string, string> remotes, CancellationToken cancellation)
    {
        if (branch is not null)
        {
            var upstream = await git.RunAsync(root, ["config", "--get", $"branch.{branch}.remote"], cancellation).ConfigureAwait(false);
            if (upstream.ExitCode == 0 && remotes.ContainsKey(OneLine(upstream.Output))) return OneLine(upstream.Output);
        }
        return remotes.ContainsKey("origin") ? "origin" : remotes.Count == 1 ? remotes.Keys.Single() : null;
    }

    private static async Task<IReadOnlySet<string>> LineEndingsAsync(GitCommand git, string root, IReadOnlyList<StatusEntry> changes, CancellationToken cancellation)
    {
        var modified = changes.Where(change => change.Kind == ChangeKind.Unstaged).Select(change => change.Path).ToHashSet();
        if (modified.Count == 0) return modified;
        var differing = await OutputAsync(git, root, cancellation, "diff", "--no-ext-diff", "--no-textconv", "--no-renames", "--ignore-submodules=none", "--name-only", "-z", "HEAD").ConfigureAwait(false);
        modified.ExceptWith(differing.Split('\0'));
        return modified;
    }

    /// <summary>A sparse checkout marks files <c>S</c> that are not there; one that is there was hidden by hand (pitfalls A24).</summary>
    private static bool IsHidden(string root, string path, char tag) => tag != 'S' || Path.Exists(Path.Combine(root, path));

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

    private static string OneLine(string output) => output.EndsWith('\n') ? output[..^1].TrimEnd('\r') : output;

    private static string LastLine(string error) =>
        error.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).LastOrDefault() ?? "it said nothing";
}
