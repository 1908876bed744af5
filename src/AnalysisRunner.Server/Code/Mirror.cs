using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Server.Code;

/// <summary>
/// One bare repository of the server's. Every commit that was ever asked for keeps a ref, so that checkouts that borrow its objects stay
/// whole whatever git tidies up.
/// </summary>
internal sealed class Mirror(GitProcess git, string folder, TimeSpan fetchLimit)
{
    private const string Commits = "refs/analysis-runner/commits/";
    /// <summary>The ref of the default branch, as it was last fetched.</summary>
    public const string Default = "refs/analysis-runner/default";

    public bool Exists => Directory.Exists(folder);

    public bool IsShallow => File.Exists(Path.Combine(folder, "shallow"));

    /// <summary>What the mirror has: whether the commit is there with everything it needs, and where its default branch stood.</summary>
    public async Task<MirrorContent> InspectAsync(CommitId commit, CancellationToken cancellation)
    {
        var refs = await git.RunAsync(
            Command("for-each-ref", "--format=%(objectname) %(refname)").Add(Default, Commits + commit), cancellation);
        if (!refs.Succeeded) return MirrorContent.Damaged;
        var found = refs.Lines.Select(line => line.Split(' ', 2))
            .ToDictionary(parts => parts[1], parts => parts[0], StringComparer.Ordinal);
        if (found.ContainsKey(Commits + commit))
        {
            // Every commit, folder and file that a checkout will read has to be there; not only the commit.
            var whole = await git.RunAsync(
                Command("rev-list", "--quiet", "--objects", "--no-walk").Add(Commits + commit, "--"), cancellation);
            if (!whole.Succeeded) return MirrorContent.Damaged;
        }
        return new MirrorContent(found.ContainsKey(Commits + commit), found.GetValueOrDefault(Default), IsDamaged: false);
    }

    /// <summary>Makes an empty mirror of the same object format; it appears under its name only when it is complete.</summary>
    public async Task CreateAsync(string objectFormat, CancellationToken cancellation)
    {
        var made = await git.RunAsync(
            new GitCommand("init", "--quiet", "--bare", "--template=", $"--object-format={objectFormat}", "--").AddValue(folder),
            cancellation);
        if (!made.Succeeded) throw Failed($"Git cannot make the mirror \"{folder}\"", made);
        await File.AppendAllTextAsync(
            Path.Combine(folder, "config"),
            "[gc]\n\tauto = 0\n\tpruneExpire = never\n\treflogExpire = never\n"
            + "[maintenance]\n\tauto = false\n[core]\n\tlogAllRefUpdates = false\n",
            cancellation);
    }

    /// <summary>Fetches the commit and the default branch, and nothing else.</summary>
    /// <exception cref="AnalysisRunnerException">
    /// <c>AR6030</c> the repository does not have the commit; <c>AR6037</c> git failed.
    /// </exception>
    public async Task FetchAsync(SourceRepository source, CommitId commit, CancellationToken cancellation)
    {
        var fetch = Command("fetch", "--quiet", "--no-tags", "--no-recurse-submodules", "--update-shallow", "--force");
        if (IsShallow && !source.IsShallow) fetch.Add("--unshallow");
        fetch.Add("--").AddValue(source.Folder).Add($"{commit}:{Commits}{commit}");
        if (source.DefaultBranch.Tip is not null) fetch.AddValue($"{source.DefaultBranch.RefName}:{Default}");

        var fetched = await git.RunAsync(fetch, cancellation);
        if (fetched.Succeeded) return;
        if (fetched.Error.Contains("not our ref", StringComparison.Ordinal)) throw NotFound(source, commit, "has no such object");
        throw Failed($"Git cannot fetch the commit \"{commit}\" from \"{source.Folder}\"", fetched);
    }

    /// <summary>Verifies that the hash names a commit, not a tag or a file, and gives the first line of its message.</summary>
    public async Task<string> GetSubjectAsync(SourceRepository source, CommitId commit, CancellationToken cancellation)
    {
        var type = await git.RunAsync(Command("cat-file", "-t").Add(commit.ToString()), cancellation);
        if (type.Succeeded && type.Text != "commit")
        {
            await git.RunAsync(Command("update-ref", "-d").Add(Commits + commit), cancellation);
            throw NotFound(source, commit, $"has a {type.Text} of that hash, not a commit");
        }
        var verified = await git.RunAsync(Command("rev-parse", "--verify", "--end-of-options").Add($"{commit}^{{commit}}"), cancellation);
        if (!verified.Succeeded || verified.Text != commit.ToString())
        {
            throw Failed($"The mirror \"{folder}\" has no commit \"{commit}\" after the fetch", verified);
        }
        var subject = await git.RunAsync(
            Command("log", "--max-count=1", "--no-show-signature", "--format=%s").Add(commit.ToString(), "--"), cancellation);
        return subject.Succeeded ? subject.Text : throw Failed($"Git cannot read the commit \"{commit}\"", subject);
    }

    /// <summary>Whether the default branch, as last fetched, contains the commit.</summary>
    public async Task<DefaultBranch> JudgeAsync(SourceRepository source, CommitId commit, CancellationToken cancellation)
    {
        if (source.DefaultBranch.Name is not { } name)
        {
            return new DefaultBranch(
                null,
                false,
                "The repository has several local branches, none of them main or master, and no origin/HEAD that says which is the default; "
                + "run \"git remote set-head origin --auto\".");
        }
        if (source.DefaultBranch.Tip is null)
        {
            return new DefaultBranch(
                name, false, $"The repository has no local branch \"{name}\", its default branch; run \"git branch {name} origin/{name}\".");
        }
        var judged = await git.RunAsync(Command("merge-base", "--is-ancestor").Add(commit.ToString(), Default), cancellation);
        return judged.ExitCode switch
        {
            0 => new DefaultBranch(name, true, null),
            1 when IsShallow => new DefaultBranch(
                name,
                false,
                $"The repository is a shallow clone, so it cannot be decided whether the default branch \"{name}\" contains the commit; "
                + "run \"git fetch --unshallow\"."),
            1 => new DefaultBranch(name, false, $"The default branch \"{name}\" does not contain the commit; merge it first."),
            _ => throw Failed($"Git cannot compare the commit \"{commit}\" with the default branch \"{name}\"", judged),
        };
    }

    /// <summary>The commits that keep a ref here; empty when a damaged mirror cannot even list them.</summary>
    public async Task<IReadOnlyList<CommitId>> ListCommitsAsync(CancellationToken cancellation)
    {
        var refs = await git.RunAsync(Command("for-each-ref", "--format=%(refname)").Add(Commits), cancellation);
        var commits = refs.Lines.Select(line => CommitId.TryParse(line[Commits.Length..], out var commit) ? commit : default);
        return [.. commits.Where(commit => commit != default)];
    }

    private GitCommand Command(string name, params string[] options) =>
        new(name, options) { Repository = folder, TimeLimit = name == "fetch" ? fetchLimit : null, Transport = name == "fetch" ? "file" : null };

    private static AnalysisRunnerException NotFound(SourceRepository source, CommitId commit, string reason) => new([new Problem(
        PolicyCodes.CommitNotFound,
        $"The repository \"{source.Folder}\" {reason}: \"{commit}\". Submit a commit that \"git cat-file -t\" there calls a commit.",
        "commit")]);

    private static AnalysisRunnerException Failed(string what, GitResult result) => new(PolicyCodes.GitFailed, $"{what}: {result.Error}");
}

/// <summary>What an inspection of a mirror found.</summary>
/// <param name="HasCommit">Whether the commit is there, whole.</param>
/// <param name="DefaultTip">The commit of the default branch when it was last fetched.</param>
/// <param name="IsDamaged">Whether something that should be there is not readable.</param>
internal sealed record MirrorContent(bool HasCommit, string? DefaultTip, bool IsDamaged)
{
    public static readonly MirrorContent Damaged = new(false, null, IsDamaged: true);
}
