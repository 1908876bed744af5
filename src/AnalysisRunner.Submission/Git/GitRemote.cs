using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Submission.Git;

/// <summary>Asks one remote of a work tree. Tracking branches here are hints: the remote may have been pushed to, or forced, since (pitfalls B16).</summary>
/// <param name="git">Answers within a short time.</param>
/// <param name="patient">Waits for a network.</param>
/// <param name="root">The work tree.</param>
/// <param name="remote">The remote's name.</param>
internal sealed class GitRemote(GitCommand git, GitCommand patient, string root, string remote)
{
    private static readonly string[] NeedsPassword =
        ["terminal prompts disabled", "could not read Username", "could not read Password", "Authentication failed", "Permission denied", "Host key verification failed"];

    /// <summary>Asks about a commit; fetches objects, and moves no branch, where what is here cannot tell.</summary>
    /// <exception cref="AnalysisRunnerException">AR2020: the remote does not answer.</exception>
    public async Task<RemoteFacts> AskAsync(CommitId commit, bool needsDefaultBranch, CancellationToken cancellation)
    {
        var refs = RemoteRefs.Parse(await AskAsync(["ls-remote", "--symref", "--", remote], commit, cancellation).ConfigureAwait(false));
        var unknown = await MissingAsync(refs.Tips.Values.Append(refs.Head), cancellation).ConfigureAwait(false);

        var holds = await IsInAsync(commit, refs.Tips.Values, unknown, cancellation).ConfigureAwait(false);
        var wanted = holds ? [] : await CandidatesAsync(refs, commit, cancellation).ConfigureAwait(false);
        if (needsDefaultBranch && refs.DefaultBranch is { } name) wanted.Add(RemoteRefs.Heads + name);
        wanted.RemoveWhere(branch => !refs.Tips.TryGetValue(branch, out var tip) || !unknown.Contains(tip));
        if (wanted.Count > 0)
        {
            // By name and into no reference: not every server gives out commits by hash, and the user's branches are the user's.
            await AskAsync(
                ["fetch", "--quiet", "--no-tags", "--no-prune", "--no-write-fetch-head", "--no-recurse-submodules", "--refmap=", "--", remote, .. wanted], commit, cancellation).ConfigureAwait(false);
            unknown = await MissingAsync(refs.Tips.Values.Append(refs.Head), cancellation).ConfigureAwait(false);
            holds = holds || await IsInAsync(commit, refs.Tips.Values, unknown, cancellation).ConfigureAwait(false);
        }

        var inDefault = refs.Head is not null && await IsInAsync(commit, [refs.Head], unknown, cancellation).ConfigureAwait(false);
        return new RemoteFacts(holds || inDefault, refs.DefaultBranch, inDefault)
        {
            OtherRemotes = holds || inDefault ? [] : await OthersAsync(commit, cancellation).ConfigureAwait(false),
        };
    }

    private async Task<string> AskAsync(string[] arguments, CommitId commit, CancellationToken cancellation)
    {
        var result = await patient.RunAsync(root, arguments, cancellation, "", await SshAsync(cancellation).ConfigureAwait(false)).ConfigureAwait(false);
        if (result.ExitCode == 0) return result.Output;
        var remedy = NeedsPassword.Any(text => result.Error.Contains(text, StringComparison.OrdinalIgnoreCase))
            ? "A build never asks for a password: store it with a git credential helper, or use a key that an ssh agent holds."
            : $"Try 'git {arguments[0]} {remote}'.";
        throw new AnalysisRunnerException(
            SubmissionCodes.RemoteNotReachable,
            $"The remote '{remote}' did not answer, so it is not known whether it has commit {commit.Short}: {TerminalText.OneLine(GitText.FirstReason(result.Error))}. {remedy}");
    }

    /// <summary>The branches that may have come to hold the commit: the default one, the one that is checked out, and those that held it when last seen.</summary>
    private async Task<HashSet<string>> CandidatesAsync(RemoteRefs refs, CommitId commit, CancellationToken cancellation)
    {
        var tracking = $"refs/remotes/{remote}/";
        var seen = await git.OutputAsync(root, cancellation, "for-each-ref", "--contains", commit.ToString(), "--format=%(refname)", tracking).ConfigureAwait(false);
        var found = seen.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(name => RemoteRefs.Heads + name[tracking.Length..]).ToHashSet();
        if (refs.DefaultBranch is { } branch) found.Add(RemoteRefs.Heads + branch);
        var current = await git.RunAsync(root, ["symbolic-ref", "--quiet", "HEAD"], cancellation).ConfigureAwait(false);
        if (current.ExitCode == 0) found.Add(GitText.OneLine(current.Output));
        return found;
    }

    /// <summary>The other remotes that held the commit when last seen: a fork, perhaps.</summary>
    private async Task<IReadOnlyList<string>> OthersAsync(CommitId commit, CancellationToken cancellation)
    {
        var found = await git.OutputAsync(root, cancellation, "for-each-ref", "--contains", commit.ToString(), "--format=%(refname:lstrip=2)", "refs/remotes/").ConfigureAwait(false);
        return [.. found.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(name => name.Split('/')[0]).Distinct().Where(name => name != remote)];
    }

    /// <summary>Which of these hashes are of no object that is here.</summary>
    private async Task<HashSet<string>> MissingAsync(IEnumerable<string?> hashes, CancellationToken cancellation)
    {
        var input = string.Concat(hashes.OfType<string>().Distinct().Select(hash => hash + "\n"));
        // A partial clone would fetch what it is asked about, one by one.
        var environment = new Dictionary<string, string> { ["GIT_NO_LAZY_FETCH"] = "1" };
        var found = await git.OutputAsync(root, ["cat-file", "--batch-check=%(objectname)"], input, environment, cancellation).ConfigureAwait(false);
        return [.. found.Split('\n').Where(line => line.EndsWith(" missing", StringComparison.Ordinal)).Select(line => line[..line.IndexOf(' ', StringComparison.Ordinal)])];
    }

    /// <summary>Whether one of the tips is the commit or descends from it.</summary>
    private async Task<bool> IsInAsync(CommitId commit, IEnumerable<string> tips, HashSet<string> unknown, CancellationToken cancellation)
    {
        var known = tips.Distinct().Where(tip => !unknown.Contains(tip)).ToList();
        if (known.Contains(commit.ToString())) return true;
        if (known.Count == 0) return false;
        var input = commit + "\n" + string.Concat(known.Select(tip => $"^{tip}\n"));
        return (await git.OutputAsync(root, ["rev-list", "-n", "1", "--stdin"], input, environment: null, cancellation).ConfigureAwait(false)).Length == 0;
    }

    /// <summary>Ssh asks on the terminal itself, past stdin. What the user configured stays, with batch mode added where it is ssh at all.</summary>
    private async Task<IReadOnlyDictionary<string, string>> SshAsync(CancellationToken cancellation)
    {
        if (Environment.GetEnvironmentVariable("GIT_SSH_VARIANT") is { Length: > 0 } variant && variant is not ("ssh" or "auto")) return new Dictionary<string, string>();
        var command = Environment.GetEnvironmentVariable("GIT_SSH_COMMAND");
        if (string.IsNullOrEmpty(command))
        {
            var configured = await git.RunAsync(root, ["config", "--get", "core.sshCommand"], cancellation).ConfigureAwait(false);
            command = GitText.OneLine(configured.Output);
        }
        // A program of another name may be a stand-in or another client, which would not know the option.
        if (command.Length == 0 && Environment.GetEnvironmentVariable("GIT_SSH") is { Length: > 0 }) return new Dictionary<string, string>();
        if (command.Length == 0) command = "ssh";
        var isSsh = ShellWords.TryParse(command, out var words, out _) && words.Count > 0 && Path.GetFileNameWithoutExtension(words[0]) == "ssh";
        return isSsh ? new Dictionary<string, string> { ["GIT_SSH_COMMAND"] = command + " -o BatchMode=yes" } : new Dictionary<string, string>();
    }
}
