using System.Text.Json;

namespace AnalysisRunner.Sdk.Tests;

public sealed class ConfigurationTests
{
    [Theory]
    [InlineData("", "test", "false", "DEBUG")]
    [InlineData("Release", "test", "true", "RELEASE")]
    [InlineData("Test", "test", "true", "RELEASE")]
    [InlineData("Standard", "standard", "true", "RELEASE")]
    [InlineData("Full", "full", "true", "RELEASE")]
    public async Task A_configuration_chooses_level_and_optimisation_and_nothing_else(string configuration, string level, string optimize, string constant)
    {
        foreach (var form in Enum.GetValues<ImportForm>())
        {
            using var project = new AnalysisProject(form: form);
            string[] chosen = configuration.Length == 0 ? [] : [$"-p:Configuration={configuration}"];

            using var json = JsonDocument.Parse(await project.EvaluateAsync("AccessLevel,Optimize,DefineConstants,Configurations,UsingAnalysisRunnerSdk", chosen));

            var found = json.RootElement.GetProperty("Properties");
            string Value(string name) => found.GetProperty(name).GetString()!;
            Value("AccessLevel").ShouldBe(level);
            Value("Optimize").ShouldBe(optimize, form.ToString());
            Value("Configurations").ShouldBe("Debug;Release;Test;Standard;Full");
            Value("UsingAnalysisRunnerSdk").ShouldBe("true");
            var constants = Value("DefineConstants").Split(';');
            constants.ShouldContain(constant);
            constants.Intersect(["TEST", "STANDARD", "FULL"]).ShouldBeEmpty();
        }
    }

    [Fact]
    public async Task A_level_can_be_named_against_the_configuration()
    {
        using var project = new AnalysisProject();
        (await project.EvaluateAsync("AccessLevel", "-p:AccessLevel=full")).ShouldBe("full");
    }

    [Fact]
    public async Task An_undeclared_configuration_is_an_error_that_names_the_declared_ones()
    {
        using var project = new AnalysisProject();

        var build = await project.BuildAsync("-p:Configuration=Stanard");

        build.Succeeded.ShouldBeFalse();
        var error = build.Errors.Single();
        error.Code.ShouldBe("AR1005");
        error.Text.ShouldContain("'Stanard'");
        error.Text.ShouldContain("Debug, Release, Test, Standard, Full");
        (await project.BuildAsync()).ShouldSucceed();
        (await project.DesignTimeBuildAsync("-p:Configuration=Stanard")).Errors.ShouldNotContain(problem => problem.Code == "AR1005");
    }

    [Fact]
    public async Task Referenced_projects_build_as_release()
    {
        using var project = new AnalysisProject("<ProjectReference Include=\"lib/Library.csproj\" /><Compile Remove=\"lib/**\" />");
        project.Write("lib/Library.csproj", "<Project Sdk=\"Microsoft.NET.Sdk\"><PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup></Project>");
        project.Write("lib/Library.cs", "public static class Library;\n");

        var build = (await project.BuildAsync("-p:Configuration=Standard")).ShouldSucceed();

        File.Exists(project.PathOf("lib/bin/Release/net10.0/Library.dll")).ShouldBeTrue();
        Directory.Exists(project.PathOf("lib/bin/Standard")).ShouldBeFalse();
        File.Exists(project.PathOf("bin/Standard/net10.0/Library.dll")).ShouldBeTrue();
        build.Warnings.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_older_msbuild_is_refused()
    {
        using var project = new AnalysisProject();

        var build = await project.BuildAsync("-p:_AnalysisRunnerMinimumMSBuild=99.0");

        build.Errors.Select(error => error.Code).Distinct().ShouldBe(["AR1002"]);
    }

    [Theory]
    [InlineData("true")]
    [InlineData("false")]
    public async Task Submit_exists_unless_it_is_switched_off(string enabled)
    {
        using var project = new AnalysisProject();

        var result = await project.EvaluateAsync("SubmitDependsOn", $"-p:EnableAnalysisRunnerSubmit={enabled}");

        result.Contains("Build", StringComparison.Ordinal).ShouldBe(enabled == "true");
    }

    [Fact]
    public async Task Submitting_the_outer_build_of_several_frameworks_is_refused()
    {
        using var project = new AnalysisProject(properties: "<TargetFramework /><TargetFrameworks>net10.0</TargetFrameworks>");

        var build = await project.BuildAsync("-t:Submit");

        build.Errors.Select(error => error.Code).ShouldBe(["AR1001"]);
        build.Compilations.ShouldBe(0);
        (await project.BuildAsync("--no-restore")).ShouldSucceed();
    }
}
