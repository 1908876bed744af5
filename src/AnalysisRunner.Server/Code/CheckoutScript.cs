using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Server.Code;

/// <summary>The bash text that makes a clean checkout of a commit.</summary>
public static class CheckoutScript
{
    /// <summary>The commands that check a commit and then each of its submodules out.</summary>
    /// <param name="commit">The commit; its mirror has to stay as long as the checkout.</param>
    /// <param name="folder">The absolute path of the checkout, which must not exist while its parent folder does.</param>
    /// <param name="origin">What the checkout calls <c>origin</c>; null for none.</param>
    /// <param name="reviewed">Whether to check first that the default branch, as the mirror has it then, contains the commit.</param>
    public static string Create(ResolvedCommit commit, string folder, RepositoryUrl? origin, bool reviewed = false)
    {
        var commands = new List<string>();
        if (reviewed && commit.DefaultBranchRef is { } branch) commands.Add(CheckReviewed(commit, branch));
        commands.Add(CreateOne(commit, folder, origin));
        foreach (var (path, inner, innerOrigin) in commit.Submodules)
        {
            var inside = folder + "/" + path;
            // Git has made an empty folder for it; rmdir fails if anything else is there.
            commands.Add($"rmdir -- {ShellWord.Quote(inside)}");
            commands.Add(CreateOne(inner, inside, innerOrigin));
        }
        return string.Join(" &&\n", commands);
    }

    private static string CheckReviewed(ResolvedCommit commit, string branch)
    {
        var refusal = new Problem(
            PolicyCodes.NotOnDefaultBranch, $"Commit '{commit.Commit}' is not on the default branch '{commit.DefaultBranch.Name}' any more, and this level runs reviewed code only. Merge it and submit again.");
        return $$"""
            { git --git-dir={{ShellWord.Quote(commit.Mirror)}} merge-base --is-ancestor {{commit.Commit}} {{ShellWord.Quote(branch)}} || { printf '%s\n' {{ShellWord.Quote(refusal.ToString())}} >&2; false; }; }
            """;
    }

    /// <summary>
    /// A subshell, one command to bash, that succeeds only when <paramref name="folder"/> is a fresh repository whose HEAD and files are
    /// exactly the commit: no hooks, filters, templates or settings of the machine, of the user or of the repository take part, only what
    /// the commit says in <c>.gitattributes</c>. Objects are borrowed from the mirror, not copied. The working directory of the caller does
    /// not change.
    /// </summary>
    /// <param name="commit">The commit; its mirror has to stay as long as the checkout.</param>
    /// <param name="folder">The absolute path of the checkout, which must not exist while its parent folder does.</param>
    /// <param name="origin">
    /// What the checkout calls <c>origin</c>, so that a build inside it stamps the same repository as the client's; null for none. Never
    /// the mirror.
    /// </param>
    /// <exception cref="ArgumentException">The folder is not absolute or has control characters.</exception>
    private static string CreateOne(ResolvedCommit commit, string folder, RepositoryUrl? origin)
    {
        if (!Path.IsPathFullyQualified(folder) || folder.Any(char.IsControl))
        {
            throw new ArgumentException($"\"{folder}\" is not an absolute path without control characters.", nameof(folder));
        }
        var sha = commit.Commit.ToString();
        var format = sha.Length == 64 ? "sha256" : "sha1";
        var objects = ShellWord.Quote(Path.Combine(commit.Mirror, "objects"));
        var shallow = ShellWord.Quote(Path.Combine(commit.Mirror, "shallow"));
        var remote = origin is { } url
            ? $"git config remote.origin.url {ShellWord.Quote(url.ToString())} &&"
              + " git config remote.origin.fetch '+refs/heads/*:refs/remotes/origin/*' &&"
            : ": &&";

        // The settings of git-lfs itself, which otherwise stand in the user's.
        var large = !commit.HasLargeFiles ? ": &&" : string.Join(
            '\n',
            $"git config lfs.storage {ShellWord.Quote(Path.Combine(commit.Mirror, "lfs"))} &&",
            "git config filter.lfs.smudge 'git-lfs smudge -- %f' && git config filter.lfs.clean 'git-lfs clean -- %f' &&",
            "git config filter.lfs.process git-lfs\\ filter-process && git config filter.lfs.required true &&");

        // Borrowing by hand instead of "git clone --shared": that one copies everything when the mirror is shallow, and would call the
        // mirror origin.
        return $$"""
            (
              for name in ${!GIT_@}; do unset "$name"; done
              export GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null GIT_ATTR_NOSYSTEM=1 \
                GIT_NO_REPLACE_OBJECTS=1 GIT_NO_LAZY_FETCH=1 GIT_TERMINAL_PROMPT=0 &&
              mkdir -- {{ShellWord.Quote(folder)}} &&
              cd -- {{ShellWord.Quote(folder)}} &&
              git -c init.defaultBranch=main init --quiet --template= --object-format={{format}} &&
              mkdir -p .git/objects/info &&
              printf '%s\n' {{objects}} > .git/objects/info/alternates &&
              { [ ! -e {{shallow}} ] || cp -- {{shallow}} .git/shallow; } &&
              {{remote}}
              {{large}}
              git -c core.hooksPath=/dev/null -c core.attributesFile=/dev/null -c core.fsmonitor=false \
                -c submodule.recurse=false -c advice.detachedHead=false checkout --quiet --detach {{sha}} &&
              [ "$(git rev-parse --verify HEAD)" = {{sha}} ]
            )
            """.ReplaceLineEndings("\n");
    }
}
