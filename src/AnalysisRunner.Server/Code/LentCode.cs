using System.Runtime.Versioning;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Engines.Local.Users;
using AnalysisRunner.Server.Runs;

namespace AnalysisRunner.Server.Code;

/// <summary>
/// Copies of commits for the users of jobs, who cannot read the server's mirrors. Each user has repositories of their own, which hold what was run as that
/// user and nothing else; they read it and cannot change it, so that no run can put other code in the way of the next.
/// </summary>
internal sealed class LentCode
{
    private const UnixFileMode Shared = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.SetGroup;

    private static readonly TimeSpan CopyLimit = TimeSpan.FromMinutes(10);

    private readonly StateFolders _folders;
    private readonly GitProcess _git;
    private readonly KeyedLocks _turns = new();

    /// <param name="folders">Where the copies lie.</param>
    /// <param name="program">The git program.</param>
    public LentCode(StateFolders folders, string program) =>
        (_folders, _git) = (folders, new GitProcess(program, Path.Combine(folders.Root, "code.gitconfig"), CopyLimit));

    /// <summary>The same commit in repositories that an identity can read; as it is when the identity is no user of this machine.</summary>
    /// <exception cref="AnalysisRunnerException"><c>AR6037</c> git failed; <c>AR6080</c> the user cannot be used.</exception>
    public async Task<ResolvedCommit> LendAsync(ResolvedCommit commit, JobIdentity identity)
    {
        if (OsUser.Of(identity) is not { } user) return commit;
        if (!OperatingSystem.IsLinux()) throw new PlatformNotSupportedException();
        var submodules = new List<ResolvedSubmodule>();
        foreach (var submodule in commit.Submodules) submodules.Add(submodule with { Commit = await LendOneAsync(submodule.Commit, user) });
        return await LendOneAsync(commit, user) with { Submodules = submodules };
    }

    [SupportedOSPlatform("linux")]
    private async Task<ResolvedCommit> LendOneAsync(ResolvedCommit commit, OsUser user)
    {
        var folder = Path.Combine(_folders.Code, user.Name);
        var repository = Path.Combine(folder, Path.GetFileName(commit.Mirror));
        using var turn = await _turns.TakeAsync(repository);
        if (!Directory.Exists(repository))
        {
            UserFolders.LetPass(_folders.Root);
            UserFolders.CreatePassage(_folders.Code);
            CreateShared(folder, user);
            var format = commit.Commit.ToString().Length == 64 ? "sha256" : "sha1";
            // Named when it is whole, and with the user's group from the first file on.
            var draft = repository + ".new";
            if (Directory.Exists(draft)) Directory.Delete(draft, recursive: true);
            await RunAsync(new GitCommand("init", "--quiet", "--bare", "--shared=0640", "--template=", $"--object-format={format}", "--").AddValue(draft));
            Directory.Move(draft, repository);
        }
        var name = $"refs/analysis-runner/commits/{commit.Commit}";
        await RunAsync(new GitCommand("fetch", "--quiet", "--no-tags", "--no-recurse-submodules", "--update-shallow", "--force", "--no-write-fetch-head", "--")
        {
            Repository = repository,
            Transport = "file",
        }.AddValue(commit.Mirror).Add($"{name}:{name}").Add(commit.DefaultBranch.ContainsCommit && commit.DefaultBranchRef is { } branch ? [$"+{branch}:{Mirror.Default}"] : []));
        if (commit.HasLargeFiles) LendLargeFiles(Path.Combine(commit.Mirror, "lfs", "objects"), Path.Combine(repository, "lfs", "objects"), user);
        return commit with { Mirror = repository, DefaultBranchRef = Mirror.Default };
    }

    /// <summary>Copies what is missing; a file has its SHA-256 for a name, so that one that is there is the one.</summary>
    [SupportedOSPlatform("linux")]
    private static void LendLargeFiles(string from, string to, OsUser user)
    {
        CreateShared(Path.GetDirectoryName(to)!, user);
        CreateShared(to, user);
        foreach (var folder in Directory.EnumerateDirectories(from)) LendLargeFiles(folder, Path.Combine(to, Path.GetFileName(folder)), user);
        foreach (var file in Directory.EnumerateFiles(from))
        {
            var target = Path.Combine(to, Path.GetFileName(file));
            if (File.Exists(target)) continue;
            var draft = target + ".new";
            File.Copy(file, draft, overwrite: true);
            FileOwner.Give(draft, 0, user.GroupId, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
            File.Move(draft, target, overwrite: true);
        }
    }

    [SupportedOSPlatform("linux")]
    private static void CreateShared(string folder, OsUser user)
    {
        if (Directory.Exists(folder)) return;
        Directory.CreateDirectory(folder);
        FileOwner.Give(folder, 0, user.GroupId, Shared);
    }

    private async Task RunAsync(GitCommand command)
    {
        var result = await _git.RunAsync(command, CancellationToken.None);
        if (!result.Succeeded) throw new AnalysisRunnerException(PolicyCodes.GitFailed, $"Git cannot copy the commit for the user of the job: {result.Error} Submit again; if it stays, look at the server's log and disk.");
    }
}
