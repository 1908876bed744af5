using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Hosting;
using AnalysisRunner.Server.Record;
using AnalysisRunner.Server.Tests.Code;
using AnalysisRunner.Server.Tests.Record;

namespace AnalysisRunner.Server.Tests.Hosting;

/// <summary>What the program does besides serving, through the entry point that other programs use too.</summary>
public sealed class ServerVerbsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("verbs-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [GitFact]
    public async Task A_backup_of_a_server_that_runs_is_restored_into_another_that_does_not()
    {
        await using var server = await TestServer.StartAsync();
        var run = await server.RunAsync(TestServer.Request(server.PushScript("true"), "./run.sh"));
        var file = Path.Combine(_folder, "log.backup");

        var (exit, output, error) = await RunAsync("backup", "--config", server.SettingsFile, "--to", file);
        (exit, error).ShouldBe((0, ""));
        output.ShouldContain(file);
        if (!OperatingSystem.IsWindows()) File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        (await RunAsync("backup", "--config", server.SettingsFile, "--to", file)).Error.ShouldContain(EndCodes.VerbArguments);
        // The server that runs has the folder.
        (await RunAsync("restore", "--config", server.SettingsFile, "--from", file)).Error.ShouldContain(PolicyCodes.StateFolderInUse);

        var settings = WriteSettings("one");
        (await RunAsync("restore", "--config", settings, "--from", file)).Exit.ShouldBe(0);
        (await RunAsync("restore", "--config", settings, "--from", file)).Error.ShouldContain(PolicyCodes.LogNotEmpty);
        await using var log = await InvocationLog.OpenAsync(new InvocationLogOptions { SqliteFile = Path.Combine(_folder, "one", "invocations.sqlite"), PageOf = guid => guid });
        (await log.GetAsync(run.ArGuid, CancellationToken.None)).ShouldNotBeNull().Invocation.Outputs.ShouldNotBeNull();
    }

    [Fact]
    public async Task Denials_are_forgotten_by_age()
    {
        var settings = WriteSettings("two");
        await using (var log = await InvocationLog.OpenAsync(new InvocationLogOptions { SqliteFile = Path.Combine(_folder, "two", "invocations.sqlite"), PageOf = guid => guid, Time = new SettableTime() }))
        {
            await log.RecordDenialAsync(new NewDenial { Problems = [new("AR6051", "no")] }, CancellationToken.None);
        }
        (await RunAsync("forget", "--config", settings, "--older-than", "36500")).Output.ShouldContain("0 denials");
        (await RunAsync("forget", "--config", settings, "--older-than", "0")).Exit.ShouldBe(0);
    }

    [Fact]
    public async Task A_log_of_an_older_version_is_not_migrated_by_the_way()
    {
        var settings = WriteSettings("three");
        Directory.CreateDirectory(Path.Combine(_folder, "three"));
        (await RunAsync("backup", "--config", settings, "--to", Path.Combine(_folder, "x"))).Error.ShouldContain(PolicyCodes.LogNotCompatible);
        File.Exists(Path.Combine(_folder, "x")).ShouldBeFalse();
    }

    [Fact]
    public async Task The_settings_are_checked_without_serving()
    {
        var settings = WriteSettings("four");
        (await RunAsync("check", "--config", settings)).ShouldBe((0, "The settings are right.\n", ""));
        await File.AppendAllTextAsync(settings, "unknown = 1\nengine = 3\n");
        var (exit, _, error) = await RunAsync("check", "--config", settings);
        exit.ShouldBe(2);
        error.ShouldContain("AR4101");
        error.ShouldContain("AR4103");
    }

    [Theory]
    [InlineData("destroy")]
    [InlineData("backup", "--config", "x")]
    [InlineData("backup", "--config", "x", "--to")]
    [InlineData("backup", "--config", "x", "--config", "y")]
    [InlineData("backup", "--config", "x", "--from", "y")]
    [InlineData("check", "--config", "x", "--to", "y")]
    public async Task Other_arguments_are_refused_with_what_the_program_takes(params string[] arguments)
    {
        var (exit, output, error) = await RunAsync(arguments);
        (exit, output).ShouldBe((2, ""));
        error.ShouldStartWith(EndCodes.VerbArguments);
        error.ShouldContain("restore --config");
    }

    private static async Task<(int Exit, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        var exit = await ServerProgram.RunAsync(arguments, output, error);
        return (exit, output.ToString(), error.ToString());
    }

    private string WriteSettings(string name)
    {
        var file = Path.Combine(_folder, name + ".toml");
        File.WriteAllText(file, $"[server]\nstate = \"{name}\"\npublic_url = \"https://runner.example.org\"\n");
        return file;
    }
}
