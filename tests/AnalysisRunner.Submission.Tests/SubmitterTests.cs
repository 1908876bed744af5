using System.Text.Json;
using AnalysisRunner.Client;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Submission.Tests;

public sealed class SubmitterTests : IDisposable
{
    private readonly TestRepository _repository = new();
    private readonly FakeRunner _runner = new();
    private readonly RecordedOutput _output = new();
    private readonly RunnerConnection _connection;
    private int _connected;

    public SubmitterTests()
    {
        _connection = new RunnerConnection(_ =>
        {
            _connected++;
            return Task.FromResult<IAnalysisRunnerApi>(_runner.Api());
        });
    }

    [GitFact]
    public async Task Sends_the_commit_and_prints_the_link()
    {
        var urlFile = Path.Combine(_repository.Path, "obj", "analysis-runner.url");
        (await SubmitAsync(Some.Options(_repository), new SubmitSettings { UrlFile = urlFile })).ShouldNotBeNull().ArGuid.ShouldBe(FakeRunner.ArGuid);

        var request = SentRequest();
        request.Commit.ShouldBe(_repository.Head);
        request.WorkTree.ShouldBe(_repository.Path);
        (request.Branch, request.Project, request.Configuration, request.Description).ShouldBe(("main", "app.csproj", "Debug", "First analysis"));
        (request.Repository, request.WorkingDirectory, request.Script).ShouldBe((null, null, null));
        _output.Lines.Count.ShouldBe(2);
        _output.Lines[0].ShouldBe($"Sending commit {_repository.Head[..12]} to the local runner.");
        _output.Lines[1].ShouldContain(FakeRunner.Base + "/sign-in?code=1");
        // The code in the sign-in link works once: what is kept is the page.
        (await File.ReadAllTextAsync(urlFile)).ShouldBe(FakeRunner.Base + "/i\n");
    }

    [GitFact]
    public async Task Sends_config_arguments_and_script_as_meant()
    {
        _repository.Write("sub/app.csproj", "<Project/>");
        _repository.Write("sub/committed.toml", "a = 1\n");
        _repository.Write("sub/run.sh", "");
        _repository.Commit("Sub");
        var privateFile = _repository.Write("private.ignored", "b = 2\n");
        var options = Some.Options(_repository) with
        {
            ProjectFile = Path.Combine(_repository.Path, "sub", "app.csproj"),
            Script = "./run.sh 'two words'",
            Arguments = "--fast",
            Description = "Try it",
            Config = [new ConfigFile(Path.Combine(_repository.Path, "sub", "committed.toml"), false), new ConfigFile(privateFile, true)],
        };
        await SubmitAsync(options, new SubmitSettings());
        var request = SentRequest();
        request.Script.ShouldBe(["./run.sh", "two words", "--fast"]);
        (request.Project, request.Arguments, request.Configuration, request.WorkingDirectory).ShouldBe((null, null, null, "sub"));
        request.Config.ShouldBe([new ConfigLayer("sub/committed.toml"), new ConfigLayer("private.ignored", "b = 2\n")]);
    }

    [GitFact]
    public async Task Tells_a_server_nothing_of_local_folders()
    {
        _repository.Git("remote", "add", "origin", "https://example.org/group/analysis.git");
        var copy = await _repository.WorkingCopy.ReadAsync(default);
        var request = RequestComposer.Compose(Some.Options(_repository) with { RunnerUrl = "https://runner.example.org" }, copy);
        (request.WorkTree, request.Repository).ShouldBe((null, "https://example.org/group/analysis"));
    }

    [GitFact]
    public async Task A_dry_run_checks_prints_and_contacts_nobody()
    {
        (await SubmitAsync(Some.Options(_repository), new SubmitSettings { DryRun = true })).ShouldBeNull();
        _connected.ShouldBe(0);
        var json = string.Join("\n", _output.Lines.Skip(1));
        JsonSerializer.Deserialize(json, ContractsJson.Default.SubmissionRequest).ShouldNotBeNull().Commit.ShouldBe(_repository.Head);
    }

    [GitFact]
    public async Task Contacts_nobody_when_the_gate_refuses()
    {
        _repository.Write("Program.cs", "// uncommitted\n");
        await ShouldRefuseAsync(Some.Options(_repository), new SubmitSettings(), SubmissionCodes.Modified);
        _connected.ShouldBe(0);
    }

    [GitFact]
    public async Task Contacts_nobody_when_head_moved_since_the_first_check()
    {
        CommitId.TryParse(_repository.Head, out var before).ShouldBeTrue();
        _repository.Commit("Moved");
        var exception = await Should.ThrowAsync<AnalysisRunnerException>(() =>
            Submitter().SubmitAsync(Some.Options(_repository), new BuildFacts { ExpectedCommit = before }, new SubmitSettings(), default));
        exception.Problems.ShouldHaveSingleItem().Code.ShouldBe(SubmissionCodes.HeadMoved);
        _connected.ShouldBe(0);
    }

    [GitFact]
    public async Task Tries_once_more_with_the_same_key_when_the_runner_has_just_gone()
    {
        _runner.Before = _ => _runner.Submissions.Count == 1 ? throw RunFollowerTests.Refused() : null;
        await SubmitAsync(Some.Options(_repository), new SubmitSettings());
        _connected.ShouldBe(2);
        _runner.Submissions.Count.ShouldBe(2);
        _runner.Submissions.Select(submission => submission.Key).Distinct().ShouldHaveSingleItem();
    }

    [GitFact]
    public async Task Tries_once_more_when_the_runner_is_on_its_way_out()
    {
        _runner.Before = _ => _runner.Submissions.Count == 1 ? FakeRunner.Refusal(409, PolicyCodes.ShuttingDown, "Shutting down.") : null;
        await SubmitAsync(Some.Options(_repository), new SubmitSettings());
        _connected.ShouldBe(2);
    }

    [GitFact]
    public async Task Keeps_trying_with_the_same_key_while_a_server_is_restarted()
    {
        _runner.Before = _ => _runner.Submissions.Count is > 0 and < 5 ? throw RunFollowerTests.Refused() : null;
        await SubmitAsync(Some.Options(_repository), new SubmitSettings());
        _runner.Submissions.Count.ShouldBe(5);
        _runner.Submissions.Select(submission => submission.Key).Distinct().ShouldHaveSingleItem();
    }

    [GitFact]
    public async Task A_double_click_sends_one_key()
    {
        var settings = new SubmitSettings { KeyFile = Path.Combine(_repository.Path, "obj", "key.json") };
        await Task.WhenAll(SubmitAsync(Some.Options(_repository), settings), SubmitAsync(Some.Options(_repository), settings));
        _runner.Submissions.Count.ShouldBe(2);
        _runner.Submissions.Select(submission => submission.Key).Distinct().ShouldHaveSingleItem();
        _output.Lines.ShouldContain(line => line.Contains("makes no second run"));
        await SubmitAsync(Some.Options(_repository), settings with { BegunAt = DateTimeOffset.UtcNow });
        _runner.Submissions.Select(submission => submission.Key).Distinct().Count().ShouldBe(2);
    }

    [GitFact]
    public async Task Two_submissions_have_two_keys()
    {
        await SubmitAsync(Some.Options(_repository), new SubmitSettings());
        await SubmitAsync(Some.Options(_repository), new SubmitSettings());
        _runner.Submissions.Select(submission => submission.Key).Distinct().Count().ShouldBe(2);
    }

    [GitFact]
    public async Task A_refusal_of_the_server_is_passed_on_as_it_is()
    {
        _runner.Before = _ => FakeRunner.Refusal(403, "AR6099", "Not you.");
        await ShouldRefuseAsync(Some.Options(_repository), new SubmitSettings(), "AR6099");
        _runner.Submissions.Count.ShouldBe(1);
    }

    [GitFact]
    public async Task Waiting_ends_well_when_the_run_does()
    {
        _runner.States.Enqueue(FakeRunner.Invocation(InvocationState.Succeeded));
        await SubmitAsync(Some.Options(_repository), new SubmitSettings { Wait = true });
        _output.Lines[^1].ShouldContain("succeeded");
    }

    [GitFact]
    public async Task Waiting_fails_when_the_run_fails_and_says_why()
    {
        _runner.States.Enqueue(FakeRunner.Invocation(InvocationState.Failed));
        (await ShouldRefuseAsync(Some.Options(_repository), new SubmitSettings { Wait = true }, BuildCodes.RunFailed)).ShouldContain("job 'second job' failed");
    }

    [GitFact]
    public async Task Being_stopped_while_waiting_says_that_the_run_goes_on()
    {
        using var stop = new CancellationTokenSource();
        var submitter = new Submitter(Check(), _connection, _output, async (_, cancellation) =>
        {
            await stop.CancelAsync();
            cancellation.ThrowIfCancellationRequested();
            throw new InvalidOperationException("not stopped");
        }, Following.Persistence.Default);
        var exception = await Should.ThrowAsync<AnalysisRunnerException>(() =>
            submitter.SubmitAsync(Some.Options(_repository), new BuildFacts(), new SubmitSettings { Wait = true }, stop.Token));
        var problem = exception.Problems.ShouldHaveSingleItem();
        problem.Code.ShouldBe(BuildCodes.StoppedWaiting);
        problem.Message.ShouldContain("goes on");
        problem.Message.ShouldContain(FakeRunner.Base + "/i");
    }

    public void Dispose()
    {
        _connection.Dispose();
        _runner.Dispose();
        _repository.Dispose();
    }

    private WorkingCopyCheck Check() => new(_repository.WorkingCopy, _ => null);

    private Submitter Submitter() =>
        new(Check(), _connection, _output, new Following.RunFollower(_connection, _output).FollowAsync, new Following.Persistence(TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(1), 8));

    private Task<SubmissionAccepted?> SubmitAsync(SubmissionOptions options, SubmitSettings settings) =>
        Submitter().SubmitAsync(options, new BuildFacts(), settings, default);

    private async Task<string> ShouldRefuseAsync(SubmissionOptions options, SubmitSettings settings, string code)
    {
        var problem = (await Should.ThrowAsync<AnalysisRunnerException>(() => SubmitAsync(options, settings))).Problems.ShouldHaveSingleItem();
        problem.Code.ShouldBe(code);
        return problem.Message;
    }

    private SubmissionRequest SentRequest() =>
        JsonSerializer.Deserialize(_runner.Submissions.ShouldHaveSingleItem().Body, ContractsJson.Default.SubmissionRequest).ShouldNotBeNull();
}
