using AnalysisRunner.Contracts;

namespace AnalysisRunner.Server.Code;

/// <summary>The bash text that makes a clean checkout of a commit.</summary>
public static class CheckoutScript
{
    /// <summary>The commands that check a commit and then each of its submodules out.</summary>
    /// <inheritdoc cref="CreateOne"/>
    public static string Create(ResolvedCommit commit, string folder, RepositoryUrl? origin)
    {
        var commands = new List<string> { CreateOne(commit, folder, origin) };
        foreach (var (path, inner, innerOrigin) in commit.Submodules)
        {
            var inside = folder + "/" + path;
            // Git has made an empty folder for it; rmdir fails if anything else is there.
            commands.Add($"rmdir -- {ShellWord.Quote(inside)}");
            commands.Add(CreateOne(inner, inside, innerOrigin));
        }
        return string.Join(" &&\n", commands);
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
              git -c core.hooksPath=/dev/null -c core.attributesFile=/dev/null -c core.fsmonitor=false \
                -c submodule.recurse=false -c advice.detachedHead=false checkout --quiet --detach {{sha}} &&
              [ "$(git rev-parse --verify HEAD)" = {{sha}} ]
            )
            """.ReplaceLineEndings("\n");
    }
}
