using System.Net;
using System.Net.Sockets;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Submission.Git;

namespace AnalysisRunner.Submission.Tests;

/// <summary>What a real remote says of a commit.</summary>
public sealed class RemoteTests : IDisposable
{
    private readonly TestRepository _repository = new();
    private readonly TemporaryFolder _remote = new();

    public RemoteTests()
    {
        TestRepository.GitIn(_remote.Path, "init", "--quiet", "--bare", "--initial-branch=main");
        _repository.Git("remote", "add", "origin", _remote.Path);
        _repository.Git("push", "--quiet", "origin", "main");
    }

    [GitFact]
    public async Task A_pushed_commit_of_the_default_branch() =>
        Judge(await AskAsync()).ShouldBe((true, "main", true));

    [GitFact]
    public async Task An_older_commit_of_the_default_branch()
    {
        _repository.Commit("Second");
        _repository.Git("push", "--quiet", "origin", "main");
        _repository.Git("checkout", "--quiet", "HEAD~1");
        Judge(await AskAsync()).ShouldBe((true, "main", true));
    }

    [GitFact]
    public async Task A_commit_that_was_not_pushed()
    {
        _repository.Commit("Second");
        Judge(await AskAsync()).ShouldBe((false, "main", false));
    }

    [GitFact]
    public async Task A_commit_of_another_branch()
    {
        _repository.Git("checkout", "--quiet", "-b", "feature");
        _repository.Commit("Second");
        _repository.Git("push", "--quiet", "origin", "feature");
        Judge(await AskAsync()).ShouldBe((true, "main", false));
    }

    [GitFact]
    public async Task A_commit_that_only_a_tag_holds()
    {
        _repository.Commit("Second");
        _repository.Git("tag", "v1");
        _repository.Git("push", "--quiet", "origin", "v1");
        (await AskAsync()).HoldsCommit.ShouldBeTrue();
    }

    [GitFact]
    public async Task A_branch_that_was_deleted_there_no_longer_holds_its_commit()
    {
        _repository.Git("checkout", "--quiet", "-b", "feature");
        _repository.Commit("Second");
        _repository.Git("push", "--quiet", "origin", "feature");
        TestRepository.GitIn(_remote.Path, "branch", "-D", "feature");
        (await AskAsync()).HoldsCommit.ShouldBeFalse();
    }

    [GitFact]
    public async Task A_shallow_clone_knows_its_own_tip()
    {
        _repository.Commit("Second");
        _repository.Git("push", "--quiet", "origin", "main");
        TestRepository.GitIn(_repository.Outside, "clone", "--quiet", "--depth=1", "file://" + _remote.Path, "shallow");
        Judge(await AskAsync(new GitWorkingCopy(Path.Combine(_repository.Outside, "shallow")))).ShouldBe((true, "main", true));
    }

    [GitFact]
    public async Task A_commit_of_a_branch_that_somebody_else_pushed_to_since()
    {
        PushFromElsewhere("HEAD:main");
        Judge(await AskAsync()).ShouldBe((true, "main", true));
        _repository.Git("rev-parse", "origin/main").Trim().ShouldBe(_repository.Head, "the user's tracking branch is where it was");
        File.Exists(Path.Combine(_repository.Path, ".git", "FETCH_HEAD")).ShouldBeFalse();
    }

    [GitFact]
    public async Task A_shallow_clone_of_a_branch_that_somebody_else_pushed_to_since()
    {
        TestRepository.GitIn(_repository.Outside, "clone", "--quiet", "--depth=1", "file://" + _remote.Path, "shallow");
        PushFromElsewhere("HEAD:main");
        Judge(await AskAsync(new GitWorkingCopy(Path.Combine(_repository.Outside, "shallow")))).ShouldBe((true, "main", true));
    }

    [GitFact]
    public async Task A_branch_that_was_forced_back_there_no_longer_holds_its_commit()
    {
        _repository.Git("checkout", "--quiet", "-b", "feature");
        _repository.Commit("Second");
        _repository.Git("push", "--quiet", "origin", "feature");
        PushFromElsewhere("+HEAD:feature");
        _repository.Git("rev-parse", "origin/feature").Trim().ShouldBe(_repository.Head, "what is known here is stale");
        (await AskAsync()).HoldsCommit.ShouldBeFalse();
    }

    [GitFact]
    public async Task Merged_there_since_it_was_fetched_is_on_the_default_branch()
    {
        _repository.Git("checkout", "--quiet", "-b", "feature");
        _repository.Commit("Second");
        _repository.Git("push", "--quiet", "origin", "feature");
        PushFromElsewhere("HEAD:main", "merge", "--quiet", "--no-ff", "-m", "Merge", "origin/feature");
        Judge(await AskAsync()).ShouldBe((true, "main", true));
    }

    [GitFact]
    public async Task Of_several_remotes_the_named_one_is_asked_and_a_fork_that_has_the_commit_is_known()
    {
        using var fork = new TemporaryFolder();
        TestRepository.GitIn(fork.Path, "init", "--quiet", "--bare", "--initial-branch=main");
        _repository.Git("remote", "add", "fork", fork.Path);
        _repository.Commit("Second");
        _repository.Git("push", "--quiet", "fork", "main");
        var facts = await AskAsync();
        (facts.HoldsCommit, string.Join(' ', facts.OtherRemotes)).ShouldBe((false, "fork"));
        (await AskAsync(new GitWorkingCopy(_repository.Path, "fork"))).HoldsCommit.ShouldBeTrue();
    }

    [GitFact]
    public async Task A_submodule_whose_commit_was_not_pushed()
    {
        TestRepository.GitIn(_repository.Outside, "clone", "--quiet", "--bare", _remote.Path, "part.git");
        _repository.Git("submodule", "--quiet", "add", Path.Combine(_repository.Outside, "part.git"), "parts/one");
        _repository.Commit("With a part");
        _repository.Git("push", "--quiet", "origin", "main");
        (await AskAsync()).UnpushedSubmodules.ShouldBeEmpty();

        TestRepository.GitIn(Path.Combine(_repository.Path, "parts", "one"), "commit", "--quiet", "--allow-empty", "-m", "Only here");
        _repository.Commit("Newer part");
        _repository.Git("push", "--quiet", "origin", "main");
        (await AskAsync()).UnpushedSubmodules.ShouldBe(["parts/one"]);
    }

    [PosixFact]
    public async Task Nobody_is_asked_for_a_password()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = RefuseStrangersAsync(listener);
        var asked = Path.Combine(_repository.Outside, "asked");
        var window = Path.Combine(_repository.Outside, "window");
        await File.WriteAllTextAsync(window, $"#!/bin/sh\ntouch '{asked}'\necho secret\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(window, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        _repository.Git("config", "core.askPass", window);
        _repository.Git("remote", "set-url", "origin", $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/group/repo");

        var problem = (await Should.ThrowAsync<AnalysisRunnerException>(() => AskAsync())).Problems.ShouldHaveSingleItem();

        problem.Code.ShouldBe(SubmissionCodes.RemoteNotReachable);
        problem.Message.ShouldContain("credential helper");
        File.Exists(asked).ShouldBeFalse();
        listener.Stop();
        await serving;
    }

    [GitFact]
    public async Task A_remote_that_does_not_answer_is_an_error_of_its_own()
    {
        _repository.Git("remote", "set-url", "origin", Path.Combine(_remote.Path, "gone"));
        var exception = await Should.ThrowAsync<AnalysisRunnerException>(() => AskAsync());
        var problem = exception.Problems.ShouldHaveSingleItem();
        problem.Code.ShouldBe(SubmissionCodes.RemoteNotReachable);
        problem.Message.ShouldContain("gone' does not appear to be a git repository. Try 'git ls-remote origin'.");
    }

    public void Dispose()
    {
        _repository.Dispose();
        _remote.Dispose();
    }

    /// <summary>Pushes a commit that is not known here, on top of main, after an optional further command.</summary>
    private void PushFromElsewhere(string refspec, params string[] command)
    {
        var other = Path.Combine(_repository.Outside, "elsewhere");
        TestRepository.GitIn(_repository.Outside, "clone", "--quiet", _remote.Path, other);
        if (command.Length > 0) TestRepository.GitIn(other, command);
        else TestRepository.GitIn(other, "commit", "--quiet", "--allow-empty", "-m", "From elsewhere");
        TestRepository.GitIn(other, "push", "--quiet", "origin", refspec);
    }

    private static async Task RefuseStrangersAsync(TcpListener listener)
    {
        try
        {
            while (true)
            {
                using var client = await listener.AcceptTcpClientAsync();
                using var reader = new StreamReader(client.GetStream());
                while (await reader.ReadLineAsync() is { Length: > 0 })
                {
                    // The header's end is an empty line.
                }
                await client.GetStream().WriteAsync("HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray());
            }
        }
        catch (SocketException)
        {
            // The test has ended.
        }
    }

    private static (bool Held, string? Default, bool Reviewed) Judge(RemoteFacts facts) => (facts.HoldsCommit, facts.DefaultBranch, facts.DefaultBranchHoldsCommit);

    private Task<RemoteFacts> AskAsync() => AskAsync(_repository.WorkingCopy);

    private static async Task<RemoteFacts> AskAsync(GitWorkingCopy copy)
    {
        var facts = await copy.ReadAsync(default);
        return await copy.AskRemoteAsync(facts, facts.Head!.Value, needsDefaultBranch: true, default);
    }
}
