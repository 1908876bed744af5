using System.Diagnostics;
using System.Text.Json;
using AnalysisRunner.Client;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Hosting;
using AnalysisRunner.Server.Tests.Code;
using AnalysisRunner.Server.Tests.Runs;

namespace AnalysisRunner.Server.Tests.Hosting;

/// <summary>The real program, started as a build starts it.</summary>
public sealed class ServerProcessTests : IDisposable
{
    private readonly UserRepository _repository = new("tree");
    private readonly List<int> _started = [];

    private string State => Path.Combine(_repository.Root, "state");

    [GitFact]
    public async Task The_starters_pipes_close_and_the_token_is_in_a_private_file_only()
    {
        var (file, output, error) = await StartAsync();

        output.ShouldNotContain(file.Token);
        output.ShouldContain(file.Url);
        error.ShouldBeEmpty();
        if (!OperatingSystem.IsWindows()) File.GetUnixFileMode(Path.Combine(State, LocalRunnerFile.FileName)).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        using var api = Connect(file);
        (await api.GetVersionAsync(TestRunner.Limit())).Pid.ShouldBe(file.Pid);
        await api.ShutDownAsync(false, TestRunner.Limit());
        await GoneAsync(file.Pid);
        File.Exists(Path.Combine(State, LocalRunnerFile.FileName)).ShouldBeFalse();
    }

    [GitFact]
    public async Task A_second_server_on_the_same_state_folder_is_refused()
    {
        await StartAsync();

        var (exit, _, error) = await RunProgramAsync();

        exit.ShouldBe(2);
        error.ShouldStartWith(PolicyCodes.StateFolderInUse);
    }

    [GitFact]
    public async Task It_ends_by_itself_when_nobody_needs_it()
    {
        var (file, _, _) = await StartAsync(("ANALYSIS_RUNNER_IDLE_SECONDS", "0.2"));

        await GoneAsync(file.Pid);

        File.Exists(Path.Combine(State, LocalRunnerFile.FileName)).ShouldBeFalse();
    }

    [GitTheory]
    [InlineData("KILL")]
    [InlineData("TERM")]
    public async Task A_run_survives_the_end_of_the_server_and_ends_once(string signal)
    {
        using var gate = new Gate(_repository.Root);
        var sha = _repository.Commit("run", "run.sh", $"#!/bin/bash\necho started >> '{_repository.Root}/count'\ncat '{gate.Path}'\necho done\n");
        var (file, _, _) = await StartAsync();
        string arGuid;
        using (var api = Connect(file))
        {
            arGuid = (await api.SubmitAsync(
                new SubmissionRequest { Dataset = "d", AccessLevel = "test", Description = "x", WorkTree = _repository.Folder, Commit = sha, Script = ["run.sh"] },
                "k",
                TestRunner.Limit())).ArGuid;
            await foreach (var found in api.FollowEventsAsync(arGuid, 0, TestRunner.Limit()))
            {
                if (found.Type == "step" && found.Detail.StartsWith("run", StringComparison.Ordinal)) break;
            }
            await ShouldBusyAsync(api);
        }
        UserRepository.Run("kill", "/", ["-s", signal, file.Pid.ToString(System.Globalization.CultureInfo.InvariantCulture)]).Exit.ShouldBe(0);
        await GoneAsync(file.Pid);
        File.Exists(Path.Combine(State, LocalRunnerFile.FileName)).ShouldBe(signal == "KILL");

        var (next, _, _) = await StartAsync();
        // The driver knows the old address, so the new server takes it.
        next.Url.ShouldBe(file.Url);
        next.Token.ShouldNotBe(file.Token);
        gate.Open();
        using var again = Connect(next);
        var finals = 0;
        await foreach (var found in again.FollowEventsAsync(arGuid, 0, TestRunner.Limit()))
        {
            if (found.Type == "state" && found.Detail.StartsWith("succeeded", StringComparison.Ordinal)) finals++;
        }

        finals.ShouldBe(1);
        var run = await again.GetInvocationAsync(arGuid, TestRunner.Limit());
        run.State.ShouldBe(InvocationState.Succeeded, run.Reason);
        run.Steps.Count.ShouldBe(2);
        File.ReadAllText(Path.Combine(_repository.Root, "count")).ShouldBe("started\n");
    }

    public void Dispose()
    {
        foreach (var pid in _started)
        {
            try
            {
                using var process = Process.GetProcessById(pid);
                process.Kill();
                process.WaitForExit();
            }
            catch (ArgumentException)
            {
                // It has ended.
            }
        }
        _repository.Dispose();
    }

    private static async Task ShouldBusyAsync(AnalysisRunnerApi api) =>
        (await Should.ThrowAsync<AnalysisRunnerException>(api.ShutDownAsync(false, TestRunner.Limit()))).Problems[0].Code.ShouldBe(PolicyCodes.Busy);

    private static AnalysisRunnerApi Connect(LocalRunnerFile file) => new(new Uri(file.Url), _ => ValueTask.FromResult<string?>(file.Token));

    private static async Task GoneAsync(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            await process.WaitForExitAsync(TestRunner.Limit());
        }
        catch (ArgumentException)
        {
            // It was faster.
        }
    }

    /// <summary>Returns when both pipes have closed, as a build does that waits for them.</summary>
    private async Task<(LocalRunnerFile File, string Output, string Error)> StartAsync(params (string Name, string Value)[] environment)
    {
        using var process = Process.Start(Describe(environment))!;
        _started.Add(process.Id);
        var output = process.StandardOutput.ReadToEndAsync(TestRunner.Limit());
        var error = await process.StandardError.ReadToEndAsync(TestRunner.Limit());
        var text = await output;
        if (text.Length == 0) throw new InvalidOperationException(error);
        using var line = JsonDocument.Parse(text);
        var path = Path.Combine(State, LocalRunnerFile.FileName);
        var file = File.Exists(path)
            ? JsonSerializer.Deserialize(await File.ReadAllBytesAsync(path), ContractsJson.Default.LocalRunnerFile)!
            : new LocalRunnerFile(line.RootElement.GetProperty("url").GetString()!, "?", line.RootElement.GetProperty("pid").GetInt32(), "?");
        return (file, text, error);
    }

    private async Task<(int Exit, string Output, string Error)> RunProgramAsync()
    {
        using var process = Process.Start(Describe())!;
        var output = process.StandardOutput.ReadToEndAsync(TestRunner.Limit());
        var error = await process.StandardError.ReadToEndAsync(TestRunner.Limit());
        await process.WaitForExitAsync(TestRunner.Limit());
        return (process.ExitCode, await output, error);
    }

    private ProcessStartInfo Describe(params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(
            Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet",
            ["exec", typeof(LocalRunnerServer).Assembly.Location, "--local", "--state", State])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        return start;
    }
}
