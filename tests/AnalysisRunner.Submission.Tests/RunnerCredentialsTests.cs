using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Submission.Tests;

public sealed class RunnerCredentialsTests : IDisposable
{
    private static readonly Uri Server = new("https://Runner.example.org/base/");
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void The_environment_comes_first() => new RunnerCredentials(_ => "from environment", Store("{}")).TokenFor(Server).ShouldBe("from environment");

    [Fact]
    public void The_file_names_servers_by_their_address() =>
        new RunnerCredentials(_ => null, Store("""{"https://other.example.org": "a", "https://runner.example.org/base": "b"}""")).TokenFor(Server).ShouldBe("b");

    [Theory]
    [InlineData("""{"https://runner.example.org": "another path"}""")]
    [InlineData("""{"http://runner.example.org/base": "another scheme"}""")]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData("{\"https://runner.example.org/base\": s3cret")]
    public void Says_what_is_missing_without_quoting_the_file(string json)
    {
        var problem = Should.Throw<AnalysisRunnerException>(() => new RunnerCredentials(_ => null, Store(json)).TokenFor(Server)).Problems.ShouldHaveSingleItem();
        problem.Code.ShouldBe(BuildCodes.NoCredentials);
        problem.Message.ShouldNotContain("s3cret");
    }

    [Fact]
    public void Works_without_a_file() =>
        Should.Throw<AnalysisRunnerException>(() => new RunnerCredentials(_ => null, _folder["none.json"]).TokenFor(Server)).Message.ShouldContain(RunnerCredentials.Variable);

    [PosixFact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public void Refuses_a_file_that_others_can_read()
    {
        var file = Store("""{"https://runner.example.org/base": "b"}""");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        Should.Throw<AnalysisRunnerException>(() => new RunnerCredentials(_ => null, file).TokenFor(Server)).Message.ShouldContain("chmod 600");
    }

    public void Dispose() => _folder.Dispose();

    private string Store(string json)
    {
        var file = _folder.Write("credentials.json", json);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return file;
    }
}
