using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Submission.Git;

namespace AnalysisRunner.Submission.Tests;

/// <summary>In which surroundings git is run. A script stands in for it and tells.</summary>
public sealed class GitCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [PosixFact]
    public async Task Is_ended_with_all_that_it_started_when_it_takes_too_long()
    {
        var stuck = Script("sleep 600 & wait");
        var command = new GitCommand(stuck, TimeSpan.FromSeconds(1));
        var exception = await Should.ThrowAsync<AnalysisRunnerException>(() => command.RunAsync(_folder.Path, ["status"], default));
        var problem = exception.Problems.ShouldHaveSingleItem();
        problem.Code.ShouldBe(SubmissionCodes.GitFailed);
        problem.Message.ShouldStartWith("'git status' did not end within 1 s");
    }

    [PosixFact]
    public async Task Is_ended_when_the_build_is_stopped()
    {
        using var stop = new CancellationTokenSource();
        var running = new GitCommand(Script("echo started >&2; exec sleep 600"), TimeSpan.FromMinutes(10)).RunAsync(_folder.Path, ["status"], stop.Token);
        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => running);
    }

    [PosixFact]
    public async Task Speaks_English_takes_no_locks_and_asks_nobody()
    {
        var result = await new GitCommand(Script("env; echo \"arguments: $*\""), TimeSpan.FromMinutes(1)).RunAsync(_folder.Path, ["status", "--short"], default);
        var lines = result.Output.Split('\n');
        foreach (var line in new[]
        {
            "LC_ALL=C", "GIT_OPTIONAL_LOCKS=0", "GIT_TERMINAL_PROMPT=0", "GCM_INTERACTIVE=never", "GIT_ASKPASS=", "SSH_ASKPASS=", "SSH_ASKPASS_REQUIRE=never", "GIT_NO_REPLACE_OBJECTS=1",
        })
            lines.ShouldContain(line);
        lines.ShouldNotContain(line => line.StartsWith("LANGUAGE=", StringComparison.Ordinal) || line.StartsWith("GIT_DIR=", StringComparison.Ordinal));
        var arguments = lines.Single(line => line.StartsWith("arguments: ", StringComparison.Ordinal));
        arguments.ShouldStartWith($"arguments: -C {_folder.Path} -c ");
        arguments.ShouldContain(" -c core.fsmonitor=false ");
        arguments.ShouldContain(" -c core.askPass= ");
        arguments.ShouldEndWith(" status --short");
    }

    public void Dispose() => _folder.Dispose();

    private string Script(string text)
    {
        var script = _folder.Write("stand-in", "#!/bin/sh\n" + text + "\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        return script;
    }
}
