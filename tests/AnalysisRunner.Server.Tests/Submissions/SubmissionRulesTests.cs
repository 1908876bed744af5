using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Submissions;

namespace AnalysisRunner.Server.Tests.Submissions;

public sealed class SubmissionRulesTests
{
    private static readonly SubmissionRequest Good = new()
    {
        Dataset = "fewgenomes",
        AccessLevel = "test",
        Description = "count reads",
        OutputPrefix = "cohort/v1",
        Repository = "https://github.com/owner/name",
        WorkTree = "/home/alice/name",
        Commit = new string('a', 40),
        Branch = "main",
        WorkingDirectory = "sub/folder",
        Script = ["./run.sh", "--flag", "a b", ""],
        Cpu = "500m",
        Memory = "4Gi",
        Storage = "10G",
        Environment = new Dictionary<string, string> { ["A"] = "", ["_b2"] = "x=y" },
        Config = [new ConfigLayer("config/a.toml"), new ConfigLayer("private.toml", "x = 1")],
        Client = new ClientInfo("test", "1.0"),
    };

    public static TheoryData<string, SubmissionRequest> Breaches => new()
    {
        { PolicyCodes.Dataset, Good with { Dataset = null } },
        { PolicyCodes.Dataset, Good with { Dataset = "../other" } },
        { PolicyCodes.Dataset, Good with { Dataset = "UPPER" } },
        { PolicyCodes.Level, Good with { AccessLevel = null } },
        { PolicyCodes.Level, Good with { AccessLevel = "Full" } },
        { PolicyCodes.Description, Good with { Description = " " } },
        { PolicyCodes.Description, Good with { Description = new string('x', 10_001) } },
        { PolicyCodes.Description, Good with { Description = "a\0b" } },
        { PolicyCodes.OutputPrefixInvalid, Good with { OutputPrefix = "../up" } },
        { PolicyCodes.OutputPrefixInvalid, Good with { OutputPrefix = "gs://bucket/x" } },
        { PolicyCodes.Commit, Good with { Commit = null } },
        { PolicyCodes.Commit, Good with { Commit = "HEAD" } },
        { PolicyCodes.Commit, Good with { Commit = "--upload-pack=touch /tmp/x" } },
        { PolicyCodes.Commit, Good with { Commit = new string('a', 12) } },
        { PolicyCodes.Repository, Good with { Repository = "ext::sh -c id" } },
        { PolicyCodes.Repository, Good with { WorkTree = null } },
        { PolicyCodes.Repository, Good with { WorkTree = "relative" } },
        { PolicyCodes.Repository, Good with { WorkTree = "/a\nb" } },
        { PolicyCodes.WorkingDirectory, Good with { WorkingDirectory = "/etc" } },
        { PolicyCodes.WorkingDirectory, Good with { WorkingDirectory = "a/../.." } },
        { PolicyCodes.WorkingDirectory, Good with { WorkingDirectory = ".git/hooks" } },
        { PolicyCodes.Command, Good with { Script = null } },
        { PolicyCodes.Command, Good with { Script = [] } },
        { PolicyCodes.Command, Good with { Project = "a.csproj" } },
        { PolicyCodes.Command, Good with { Script = null, Project = "/abs/a.csproj" } },
        { PolicyCodes.Command, Good with { Script = null, Project = "a.txt" } },
        { PolicyCodes.Command, Good with { Script = null, Project = "a.csproj", Configuration = "Release;x" } },
        { PolicyCodes.Command, Good with { Script = ["/bin/sh", "-c", "id"] } },
        { PolicyCodes.Command, Good with { Script = ["../../../bin/sh"] } },
        { PolicyCodes.Command, Good with { Script = ["-c"] } },
        { PolicyCodes.Command, Good with { Script = [""] } },
        { PolicyCodes.Arguments, Good with { Arguments = ["x"] } },
        { PolicyCodes.Arguments, Good with { Script = ["run.sh", "a\0b"] } },
        { PolicyCodes.Arguments, Good with { Script = ["run.sh", null!] } },
        { PolicyCodes.EnvironmentVariable, Env("PATH", "/evil") },
        { PolicyCodes.EnvironmentVariable, Env("HOME", "/evil") },
        { PolicyCodes.EnvironmentVariable, Env("CPG_CONFIG_PATH", "/evil.toml") },
        { PolicyCodes.EnvironmentVariable, Env("ANALYSIS_RUNNER_TOKEN_FILE", "/evil") },
        { PolicyCodes.EnvironmentVariable, Env("LD_PRELOAD", "/evil.so") },
        { PolicyCodes.EnvironmentVariable, Env("BATCH_TMPDIR", "/") },
        { PolicyCodes.EnvironmentVariable, Env("BASH_ENV", "/evil.sh") },
        { PolicyCodes.EnvironmentVariable, Env("a b", "x") },
        { PolicyCodes.EnvironmentVariable, Env("A=B", "x") },
        { PolicyCodes.EnvironmentVariable, Env("", "x") },
        { PolicyCodes.EnvironmentVariable, Env("A", null!) },
        { PolicyCodes.EnvironmentVariable, Env("A", "x\0y") },
        { PolicyCodes.Resources, Good with { Cpu = "many" } },
        { PolicyCodes.Resources, Good with { Memory = "-1" } },
        { PolicyCodes.Resources, Good with { Storage = "10X" } },
        { PolicyCodes.ConfigLayerInvalid, Good with { Config = [new ConfigLayer("../../etc/passwd")] } },
        { PolicyCodes.ConfigLayerInvalid, Good with { Config = [new ConfigLayer(null!)] } },
        { PolicyCodes.ConfigLayerInvalid, Good with { Config = [null!] } },
        { PolicyCodes.Hint, Good with { Branch = "a\nb" } },
        { PolicyCodes.Hint, Good with { Client = new ClientInfo(null!, "1") } },
        { PolicyCodes.Hint, Good with { Image = "" } },
    };

    [Theory]
    [MemberData(nameof(Breaches))]
    internal void Refuses_each_breach_with_its_code_and_a_field(string code, SubmissionRequest request)
    {
        var problem = SubmissionRules.Check(SubmissionRules.Local, request).ShouldHaveSingleItem();

        problem.Code.ShouldBe(code);
        problem.Field.ShouldNotBeNullOrEmpty();
        problem.Message.ShouldNotContain("\n");
    }

    [Fact]
    public void Accepts_a_good_request_for_a_script_and_one_for_a_project()
    {
        SubmissionRules.Check(SubmissionRules.Local, Good).ShouldBeEmpty();
        SubmissionRules.Check(SubmissionRules.Local, Good with { Script = null, Project = "src/A/A.csproj", Configuration = "Standard", Arguments = ["--x", "-1"] }).ShouldBeEmpty();
    }

    [Fact]
    public void Finds_everything_that_is_wrong_at_once()
    {
        var codes = SubmissionRules.Check(SubmissionRules.Local, new SubmissionRequest { OutputPrefix = "..", WorkingDirectory = "..", Cpu = "x", Branch = "\n" }).Select(p => p.Code);

        codes.ShouldBe([
            PolicyCodes.Dataset, PolicyCodes.Level, PolicyCodes.Description, PolicyCodes.OutputPrefixInvalid, PolicyCodes.Commit,
            PolicyCodes.Repository, PolicyCodes.WorkingDirectory, PolicyCodes.Command, PolicyCodes.Resources, PolicyCodes.Hint]);
    }

    [Theory]
    [InlineData("", "./run.sh", "run.sh")]
    [InlineData("a/b", "../run.sh", "a/run.sh")]
    [InlineData("a", "./x/./run.sh", "a/x/run.sh")]
    [InlineData("a", "../../run.sh", null)]
    [InlineData("a", "..", null)]
    public void A_script_is_found_from_the_working_directory_and_never_outside(string folder, string script, string? expected) =>
        ScriptPath.Resolve(folder, script).ShouldBe(expected);

    private static SubmissionRequest Env(string name, string value) => Good with { Environment = new Dictionary<string, string> { [name] = value } };
}
