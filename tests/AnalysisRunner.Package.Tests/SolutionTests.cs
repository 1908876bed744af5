namespace AnalysisRunner.Package.Tests;

/// <summary>The levels as configurations of a solution.</summary>
public sealed class SolutionTests
{
    [Theory]
    [InlineData("Work.slnx")]
    [InlineData("Classic.sln")]
    public async Task A_solution_maps_the_levels_and_its_library_is_built_as_release(string solution)
    {
        var consumer = await SolutionAsync();

        var build = (await consumer.BuildAsync(["build", solution, "-c", "Standard"])).ShouldSucceed();

        build.Warnings.ShouldBeEmpty();
        build.Compilations.ShouldBe(2);
        File.Exists(consumer.PathOf("analysis/bin/Standard/net10.0/Analysis.dll")).ShouldBeTrue();
        File.Exists(consumer.PathOf("library/bin/Release/net10.0/Library.dll")).ShouldBeTrue();
        consumer.Files("library/bin").ShouldAllBe(file => file.StartsWith("Release/", StringComparison.Ordinal));
        // The project by itself builds the same.
        (await consumer.BuildAsync(["build", "analysis", "-c", "Standard", "--no-restore"])).ShouldSucceed().Compilations.ShouldBe(0);
    }

    [Theory]
    [InlineData("Work.slnx")]
    [InlineData("Classic.sln")]
    public async Task A_configuration_that_the_solution_does_not_declare_is_an_error(string solution)
    {
        var consumer = await SolutionAsync();
        (await consumer.BuildAsync(["build", solution, "-c", "Stanard"])).Errors.Select(error => error.Code).ShouldContain("MSB4126");
    }

    [Theory]
    [InlineData("Work.slnx")]
    [InlineData("Classic.sln")]
    public async Task Submit_belongs_to_projects(string solution)
    {
        var consumer = await SolutionAsync();
        (await consumer.BuildAsync(["build", solution, "-t:Submit", "-p:Dataset=fewgenomes", "-p:AnalysisDryRun=true"])).Errors.Select(error => error.Code).ShouldContain("MSB4057");
    }

    private static async Task<Consumer> SolutionAsync()
    {
        var consumer = await Consumer.EmptyAsync();
        consumer.PinSdk();
        consumer.Write("analysis/Analysis.csproj", Consumer.ProjectText(Form.PinnedSdk, "<ProjectReference Include=\"../library/Library.csproj\" />"));
        consumer.Write("analysis/hello.toml", "");
        consumer.Write("analysis/Program.cs", "Console.WriteLine(nameof(Library));\n#if TEST || STANDARD || FULL || !RELEASE\n#error Code must not differ by level.\n#endif\n");
        consumer.Write("library/Library.csproj", "<Project Sdk=\"Microsoft.NET.Sdk\"><PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup></Project>");
        consumer.Write("library/Library.cs", "public static class Library;\n#if !RELEASE\n#error Built as Release.\n#endif\n");
        // As docs/reference/sdk.md shows it.
        consumer.Write("Work.slnx", """
            <Solution>
              <Configurations>
                <BuildType Name="Debug" />
                <BuildType Name="Release" />
                <BuildType Name="Test" />
                <BuildType Name="Standard" />
                <BuildType Name="Full" />
              </Configurations>
              <Project Path="analysis/Analysis.csproj" />
              <Project Path="library/Library.csproj">
                <BuildType Solution="Test|*" Project="Release" />
                <BuildType Solution="Standard|*" Project="Release" />
                <BuildType Solution="Full|*" Project="Release" />
              </Project>
            </Solution>
            """);
        consumer.Write("Classic.sln", ClassicSolution());
        return consumer;
    }

    /// <summary>The same in the older format, as Visual Studio writes it.</summary>
    private static string ClassicSolution()
    {
        const string Analysis = "{0F8FAD5B-D9CB-469F-A165-70867728950E}";
        const string Library = "{7C9E6679-7425-40DE-944B-E07FC1F90AE7}";
        string[] configurations = ["Debug", "Release", "Test", "Standard", "Full"];
        var solution = configurations.Select(name => $"\t\t{name}|Any CPU = {name}|Any CPU");
        var projects = configurations.SelectMany(name => new[] { (Id: Analysis, As: name), (Id: Library, As: name == "Debug" ? "Debug" : "Release") }
            .SelectMany(project => new[] { "ActiveCfg", "Build.0" }.Select(kind => $"\t\t{project.Id}.{name}|Any CPU.{kind} = {project.As}|Any CPU")));
        return string.Join("\r\n",
        [
            "Microsoft Visual Studio Solution File, Format Version 12.00",
            "# Visual Studio Version 17",
            $"Project(\"{{9A19103F-16F7-4668-BE54-9A1E7A4F7556}}\") = \"Analysis\", \"analysis\\Analysis.csproj\", \"{Analysis}\"",
            "EndProject",
            $"Project(\"{{9A19103F-16F7-4668-BE54-9A1E7A4F7556}}\") = \"Library\", \"library\\Library.csproj\", \"{Library}\"",
            "EndProject",
            "Global",
            "\tGlobalSection(SolutionConfigurationPlatforms) = preSolution",
            .. solution,
            "\tEndGlobalSection",
            "\tGlobalSection(ProjectConfigurationPlatforms) = postSolution",
            .. projects,
            "\tEndGlobalSection",
            "EndGlobal",
            "",
        ]);
    }
}
