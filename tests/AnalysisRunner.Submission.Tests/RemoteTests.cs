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
        (await AskAsync()).ShouldBe(new RemoteFacts(true, "main", true));

    [GitFact]
    public async Task An_older_commit_of_the_default_branch()
    {
        _repository.Commit("Second");
        _repository.Git("push", "--quiet", "origin", "main");
        _repository.Git("checkout", "--quiet", "HEAD~1");
        (await AskAsync()).ShouldBe(new RemoteFacts(true, "main", true));
    }

    [GitFact]
    public async Task A_commit_that_was_not_pushed()
    {
        _repository.Commit("Second");
        (await AskAsync()).ShouldBe(new RemoteFacts(false, "main", false));
    }

    [GitFact]
    public async Task A_commit_of_another_branch()
    {
        _repository.Git("checkout", "--quiet", "-b", "feature");
        _repository.Commit("Second");
        _repository.Git("push", "--quiet", "origin", "feature");
        (await AskAsync()).ShouldBe(new RemoteFacts(true, "main", false));
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
        (await AskAsync(new GitWorkingCopy(Path.Combine(_repository.Outside, "shallow")))).ShouldBe(new RemoteFacts(true, "main", true));
    }

    [GitFact]
    public async Task A_remote_that_does_not_answer_is_an_error_of_its_own()
    {
        _repository.Git("remote", "set-url", "origin", Path.Combine(_remote.Path, "gone"));
        var exception = await Should.ThrowAsync<AnalysisRunnerException>(() => AskAsync());
        exception.Problems.ShouldHaveSingleItem().Code.ShouldBe(SubmissionCodes.RemoteNotReachable);
    }

    public void Dispose()
    {
        _repository.Dispose();
        _remote.Dispose();
    }

    private Task<RemoteFacts> AskAsync() => AskAsync(_repository.WorkingCopy);

    private static async Task<RemoteFacts> AskAsync(GitWorkingCopy copy)
    {
        var facts = await copy.ReadAsync(default);
        return await copy.AskRemoteAsync(facts, facts.Head!.Value, default);
    }
}
