using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Code;
using AnalysisRunner.Server.Runs;
using AnalysisRunner.Server.Tests.Hosting;
using AnalysisRunner.Tests.Shared;

namespace AnalysisRunner.Server.Tests.Code;

/// <summary>Commits with files in Git LFS, with the real program.</summary>
public sealed class LargeFilesTests
{
    [LfsFact]
    public async Task A_checkout_has_the_files_and_not_the_pointers()
    {
        await using var server = await TestServer.StartAsync();
        var sha = Commit(server, "the large content", push: true);

        var run = await server.RunAsync(TestServer.Request(sha, "./run.sh"));

        var log = await server.LogOfAsync(run.ArGuid);
        run.State.ShouldBe(InvocationState.Succeeded, log);
        log.ShouldContain("==> run\nthe large content\n");
    }

    [LfsFact]
    public async Task A_user_of_its_own_has_them_too()
    {
        if (!OsUsers.Available || OperatingSystem.IsWindows()) return;
        using var users = new OsUsers();
        await using var server = await TestServer.StartAsync(
            $$"""
            [datasets.ds1]
            repositories = ["demo"]
            members = ["alice@example.org"]

            [datasets.ds1.identity]
            test = { user = "{{users.Add()}}" }
            """,
            prepare: server =>
            {
                if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(server.Repository.Root, File.GetUnixFileMode(server.Repository.Root) | UnixFileMode.OtherExecute);
            });
        var run = await server.RunAsync(TestServer.Request(Commit(server, "the large content", push: true), "./run.sh"));
        (await server.LogOfAsync(run.ArGuid)).ShouldContain("==> run\nthe large content\n");
    }

    [LfsFact]
    public async Task Files_that_were_never_pushed_or_are_too_large_refuse_the_commit()
    {
        await using var server = await TestServer.StartAsync(more: "fetch_size_limit_mb = 1");
        var missing = await Should.ThrowAsync<AnalysisRunnerException>(server.SubmitAsync(TestServer.Request(Commit(server, "not pushed", push: false), "./run.sh")));
        missing.Problems.ShouldHaveSingleItem().Code.ShouldBe(IdentityCodes.LargeFiles);
        missing.Message.ShouldContain("cannot be fetched");

        var large = await Should.ThrowAsync<AnalysisRunnerException>(server.SubmitAsync(TestServer.Request(Commit(server, new string('x', 2 << 20), push: true), "./run.sh")));
        large.Problems.ShouldHaveSingleItem().Code.ShouldBe(IdentityCodes.LargeFiles);
        large.Message.ShouldContain("fetch_size_limit_mb");
    }

    [GitFact]
    public async Task Without_git_lfs_a_commit_that_needs_it_is_refused_and_others_are_not()
    {
        if (OperatingSystem.IsWindows()) return;
        using var user = new UserRepository("demo");
        var plain = await user.ResolveAsync(user.Commit("plain"));
        File.WriteAllText(Path.Combine(user.Folder, ".gitattributes"), "*.bin filter=lfs diff=lfs merge=lfs -text\n");
        var large = await user.ResolveAsync(user.Commit("large", "x.bin", $"version https://git-lfs.github.com/spec/v1\noid sha256:{new string('a', 64)}\nsize 12\n"));
        // Git itself, and no other program: what git finds of git-lfs it finds on the PATH.
        var program = Path.Combine(user.Root, "git-alone");
        File.WriteAllText(program, $"#!/bin/bash\nPATH={user.Root}/nothing exec '{GitProcess.FindProgram()}' \"$@\"\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var files = new LargeFiles(new StateFolders(Path.Combine(user.Root, "state")), program);
        var remote = new RemoteRepository { Name = "demo", Address = new Uri(user.Folder).AbsoluteUri };

        (await files.BringAsync(plain, remote)).HasLargeFiles.ShouldBeFalse();
        var refusal = await Should.ThrowAsync<AnalysisRunnerException>(files.BringAsync(large, remote));
        refusal.Problems.ShouldHaveSingleItem().Code.ShouldBe(IdentityCodes.LargeFiles);
        refusal.Message.ShouldContain("install git-lfs");
    }

    private static string Commit(TestServer server, string content, bool push)
    {
        var repository = server.Repository;
        repository.Git("config", "filter.lfs.clean", "git-lfs clean -- %f");
        repository.Git("config", "filter.lfs.smudge", "git-lfs smudge -- %f");
        repository.Git("config", "filter.lfs.required", "true");
        File.WriteAllText(Path.Combine(repository.Folder, ".gitattributes"), "*.bin filter=lfs diff=lfs merge=lfs -text\n");
        File.WriteAllText(Path.Combine(repository.Folder, "x.bin"), content + "\n");
        repository.Commit("large");
        var sha = repository.Commit("a run", "run.sh", "#!/bin/bash\nhead -c 100 x.bin\n");
        if (push) repository.Git("lfs", "push", "--all", new Uri(Path.Combine(server.Remotes, "demo")).AbsoluteUri);
        // Without the hook that git-lfs installs by itself, and which pushes what the commit needs.
        repository.Git("push", "--quiet", "--no-verify", "--force", "origin", "HEAD:refs/heads/main");
        return sha;
    }
}

/// <summary>A test with git-lfs; skipped where there is none.</summary>
public sealed class LfsFactAttribute : FactAttribute
{
    public LfsFactAttribute()
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        if (OperatingSystem.IsWindows() || !folders.Any(folder => File.Exists(Path.Combine(folder, "git-lfs")))) Skip = "needs git-lfs";
    }
}
