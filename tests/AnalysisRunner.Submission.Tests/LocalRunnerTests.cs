using System.Diagnostics;
using System.Text.Json;
using AnalysisRunner.Client;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Submission.Credentials;
using AnalysisRunner.Submission.Local;

namespace AnalysisRunner.Submission.Tests;

/// <summary>Finding, starting and ending, with real processes that keep the server's side of the protocol.</summary>
public sealed class LocalRunnerTests : IAsyncLifetime, IDisposable
{
    private const string Version = "1.2.0";

    private readonly TemporaryFolder _folder = new();

    private StateFolder State => new(_folder["state"]);

    [PosixFact]
    public async Task Starts_one_and_finds_it_again()
    {
        var first = await Runner().FindOrStartAsync(default);
        var second = await Runner().FindOrStartAsync(default);
        second.File.ShouldBe(first.File);
        Starts().ShouldBe([first.File.Pid]);
    }

    [PosixFact]
    public async Task Starters_that_race_get_the_same_one()
    {
        var starters = Enumerable.Range(0, 6).Select(_ => Runner()).ToList();
        var found = await Task.WhenAll(starters.Select(runner => Task.Run(() => runner.FindOrStartAsync(default))));
        found.Select(runner => runner.File).Distinct().ShouldHaveSingleItem();
        Starts().Count.ShouldBe(1);
    }

    [PosixFact]
    public async Task Replaces_one_that_was_killed()
    {
        var first = await Runner().FindOrStartAsync(default);
        using (var process = Process.GetProcessById(first.File.Pid))
        {
            process.Kill();
            await process.WaitForExitAsync();
        }
        File.Exists(State.RunnerFile).ShouldBeTrue();
        (await Runner().FindAsync(default)).ShouldBeNull();
        (await Runner().FindOrStartAsync(default)).File.Pid.ShouldNotBe(first.File.Pid);
    }

    [PosixFact]
    public async Task A_file_that_leads_to_somebody_elses_server_is_stale()
    {
        var other = await Runner("other").FindOrStartAsync(default);
        WriteRunnerFile(other.File with { Token = "not its token" });
        var own = await Runner().FindOrStartAsync(default);
        own.File.Pid.ShouldNotBe(other.File.Pid);
        await Runner("other").StopAsync(force: true, default);
    }

    [PosixFact]
    public async Task A_file_with_nonsense_is_stale()
    {
        State.Create();
        await File.WriteAllTextAsync(State.RunnerFile, "{ not json");
        (await Runner().FindAsync(default)).ShouldBeNull();
        await Runner().FindOrStartAsync(default);
    }

    [Fact]
    public async Task The_token_never_leaves_this_machine()
    {
        State.Create();
        WriteRunnerFile(new LocalRunnerFile("http://192.0.2.1:80", "token", 1, Version));
        var asked = new LocalRunner(State, "", "", Version, (_, _) => throw new InvalidOperationException("asked a stranger"));
        (await asked.FindAsync(default)).ShouldBeNull();
    }

    [Fact]
    public async Task Says_when_the_state_folder_cannot_be_made()
    {
        var blocked = new StateFolder(Path.Combine(_folder.Write("file", ""), "state"));
        var runner = new LocalRunner(blocked, Bundle(), "dotnet", Version, Connect);
        await ShouldRefuseAsync(() => runner.FindOrStartAsync(default), BuildCodes.StateFolderNotWritable, blocked.Path);
    }

    [PosixFact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public void The_state_folder_is_its_owners_alone()
    {
        Directory.CreateDirectory(State.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        State.Create();
        File.GetUnixFileMode(State.Path).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    [Theory]
    [InlineData("/srv/state", null, "/srv/state")]
    [InlineData("/srv/state", "/xdg", "/srv/state")]
    [InlineData(null, "/xdg", "/xdg/analysis-runner")]
    public void The_state_folder_is_chosen_by_the_environment(string? chosen, string? xdg, string expected) =>
        StateFolder.OfUser(name => name == LocalRunnerFile.StateVariable ? chosen : name == "XDG_STATE_HOME" ? xdg : null).Path.ShouldBe(expected);

    [Fact]
    public void A_relative_state_folder_is_refused() =>
        Should.Throw<AnalysisRunnerException>(() => StateFolder.OfUser(_ => "state")).Problems[0].Code.ShouldBe(BuildCodes.StateFolderNotWritable);

    [PosixFact]
    public async Task Repeats_the_last_words_of_one_that_died()
    {
        State.Create();
        await File.WriteAllTextAsync(Path.Combine(State.Path, "last-words"), "AR6005: the disk is full\n\u001b[31mred\n");
        await ShouldRefuseAsync(() => Runner().FindOrStartAsync(default), BuildCodes.LocalRunnerDidNotStart, "AR6005: the disk is full | \u241b[31mred");
    }

    [Fact]
    public async Task Says_when_the_bundle_is_incomplete()
    {
        var runner = new LocalRunner(State, _folder.Path, "dotnet", Version, Connect);
        await ShouldRefuseAsync(() => runner.FindOrStartAsync(default), BuildCodes.LocalRunnerDidNotStart, "AnalysisRunnerServerDirectory");
    }

    [PosixFact]
    public async Task Runs_from_a_copy()
    {
        await Runner().FindOrStartAsync(default);
        Directory.Delete(Bundle(), recursive: true);
        (await Runner().FindAsync(default)).ShouldNotBeNull();
    }

    [PosixFact]
    public async Task Does_not_inherit_what_msbuild_sets()
    {
        Environment.SetEnvironmentVariable("MSBUILD_EXE_PATH", "/nowhere");
        Environment.SetEnvironmentVariable("MSBuildSDKsPath", "/nowhere");
        Environment.SetEnvironmentVariable(RunnerCredentials.Variable, "of a real server");
        try
        {
            await Runner().FindOrStartAsync(default);
        }
        finally
        {
            foreach (var name in new[] { "MSBUILD_EXE_PATH", "MSBuildSDKsPath", RunnerCredentials.Variable }) Environment.SetEnvironmentVariable(name, null);
        }
        var inherited = await File.ReadAllLinesAsync(Path.Combine(State.Path, "environment"));
        inherited.ShouldNotContain(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase) || name == RunnerCredentials.Variable);
        inherited.ShouldContain("PATH");
    }

    [PosixFact]
    public async Task Replaces_an_idle_older_one_and_its_copy()
    {
        var old = await Runner(version: "1.1.9").FindOrStartAsync(default);
        SetVersion(Version);
        var current = await Runner().FindOrStartAsync(default);
        current.File.Version.ShouldBe(Version);
        Should.Throw<ArgumentException>(() => Process.GetProcessById(old.File.Pid));
        Directory.GetDirectories(Path.Combine(State.Path, "runner")).ShouldHaveSingleItem();
    }

    [PosixFact]
    public async Task Uses_an_older_one_that_is_at_work()
    {
        var old = await Runner(version: "1.1.9").FindOrStartAsync(default);
        Busy();
        SetVersion(Version);
        (await Runner().FindOrStartAsync(default)).File.ShouldBe(old.File);
    }

    [PosixFact]
    public async Task Uses_a_newer_one()
    {
        var newer = await Runner(version: "1.10.0").FindOrStartAsync(default);
        SetVersion(Version);
        (await Runner().FindOrStartAsync(default)).File.ShouldBe(newer.File);
    }

    [PosixFact]
    public async Task Replaces_an_idle_one_that_speaks_another_api()
    {
        var other = await Runner(api: ServerVersion.ApiLevel + 1).FindOrStartAsync(default);
        SetVersion(Version);
        (await Runner().FindOrStartAsync(default)).File.Pid.ShouldNotBe(other.File.Pid);
    }

    [PosixFact]
    public async Task Refuses_when_one_that_speaks_another_api_is_at_work()
    {
        var other = await Runner(api: ServerVersion.ApiLevel + 1).FindOrStartAsync(default);
        Busy();
        SetVersion(Version);
        await ShouldRefuseAsync(() => Runner().FindOrStartAsync(default), BuildCodes.LocalRunnerIncompatible, $"process {other.File.Pid}");
    }

    [PosixFact]
    public async Task Replaces_one_whose_own_folder_was_built_again()
    {
        var first = await Runner().FindOrStartAsync(default);
        File.SetLastWriteTimeUtc(Path.Combine(Bundle(), "AnalysisRunner.Server.dll"), DateTime.UnixEpoch);
        (await Runner().FindOrStartAsync(default)).File.Pid.ShouldNotBe(first.File.Pid);
    }

    [PosixFact]
    public async Task Shares_one_of_the_same_version_with_another_checkout()
    {
        var first = await Runner().FindOrStartAsync(default);
        Directory.Move(Bundle(), _folder["another checkout"]);
        File.SetLastWriteTimeUtc(_folder["another checkout", "AnalysisRunner.Server.dll"], DateTime.UnixEpoch);
        var other = new LocalRunner(State, _folder["another checkout"], "dotnet", Version, Connect);
        (await other.FindOrStartAsync(default)).File.ShouldBe(first.File);
    }

    [PosixFact]
    public async Task Stops_an_idle_one_and_says_when_there_is_none()
    {
        var runner = await Runner().FindOrStartAsync(default);
        (await Runner().StopAsync(force: false, default)).ShouldBeTrue();
        Should.Throw<ArgumentException>(() => Process.GetProcessById(runner.File.Pid));
        (await Runner().StopAsync(force: false, default)).ShouldBeFalse();
    }

    [PosixFact]
    public async Task Stops_one_at_work_only_by_force()
    {
        await Runner().FindOrStartAsync(default);
        Busy();
        await ShouldRefuseAsync(() => Runner().StopAsync(force: false, default), PolicyCodes.Busy, "A run is going.");
        (await Runner().StopAsync(force: true, default)).ShouldBeTrue();
    }

    public Task InitializeAsync() => Task.CompletedTask;

    [PosixFact]
    public async Task A_forced_stop_is_final_for_those_who_were_connected_and_for_nobody_else()
    {
        using var connection = RunnerConnection.ToLocal(Runner());
        var follower = await connection.GetAsync(default);
        (await Runner().StopAsync(force: true, default)).ShouldBeTrue();

        await ShouldRefuseAsync(() => connection.RenewAsync(follower, default), BuildCodes.LocalRunnerStopped, "Force=true");
        Starts().Count.ShouldBe(1);

        await Runner().FindOrStartAsync(default);
        Starts().Count.ShouldBe(2);
        await ShouldRefuseAsync(() => connection.RenewAsync(follower, default), BuildCodes.LocalRunnerStopped, "Force=true");
    }

    [PosixFact]
    public async Task A_runner_that_was_stopped_in_peace_is_started_again_for_those_who_were_connected()
    {
        using var connection = RunnerConnection.ToLocal(Runner());
        var first = await connection.GetAsync(default);
        (await Runner().StopAsync(force: false, default)).ShouldBeTrue();
        await connection.RenewAsync(first, default);
        Starts().Count.ShouldBe(2);
    }

    public Task DisposeAsync() => Runner().StopAsync(force: true, default);

    public void Dispose() => _folder.Dispose();

    private static AnalysisRunnerApi Connect(Uri url, string token) => new AnalysisRunnerApi(url, _ => ValueTask.FromResult<string?>(token));

    private static async Task ShouldRefuseAsync<T>(Func<Task<T>> action, string code, string message)
    {
        var problem = (await Should.ThrowAsync<AnalysisRunnerException>(action)).Problems.ShouldHaveSingleItem();
        problem.Code.ShouldBe(code);
        problem.Message.ShouldContain(message);
    }

    private LocalRunner Runner(string state = "state", string? version = null, int api = ServerVersion.ApiLevel)
    {
        if (version is not null || api != ServerVersion.ApiLevel) SetVersion(version ?? Version, api);
        return new LocalRunner(new StateFolder(_folder[state]), Bundle(), "dotnet", version ?? Version, Connect);
    }

    private string Bundle()
    {
        var bundle = _folder["bundle"];
        if (Directory.Exists(bundle)) return bundle;
        Directory.CreateDirectory(bundle);
        foreach (var file in Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "server"))) File.Copy(file, Path.Combine(bundle, Path.GetFileName(file)));
        SetVersion(Version);
        return bundle;
    }

    private void SetVersion(string version, int api = ServerVersion.ApiLevel) => File.WriteAllBytes(
        Path.Combine(Bundle(), "server.json"),
        JsonSerializer.SerializeToUtf8Bytes(new ServerVersion(ServerVersion.ProductName, version, api, Local: true), ContractsJson.Default.ServerVersion));

    private void Busy() => File.WriteAllText(Path.Combine(State.Path, "busy"), "");

    private void WriteRunnerFile(LocalRunnerFile file)
    {
        State.Create();
        File.WriteAllBytes(State.RunnerFile, JsonSerializer.SerializeToUtf8Bytes(file, ContractsJson.Default.LocalRunnerFile));
    }

    private IReadOnlyList<int> Starts() => [.. File.ReadAllLines(Path.Combine(State.Path, "starts")).Select(int.Parse)];
}
