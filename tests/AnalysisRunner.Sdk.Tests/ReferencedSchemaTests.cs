using System.Text.Json.Nodes;

namespace AnalysisRunner.Sdk.Tests;

/// <summary>A step library's config keys in the project that uses it.</summary>
public sealed class ReferencedSchemaTests
{
    private const string Properties = "<DefaultItemExcludes>$(DefaultItemExcludes);a library/**;middle/**</DefaultItemExcludes>";
    private const string Config = "<AnalysisConfig Include=\"run.toml\" />";

    [Theory]
    [InlineData("a library/Library.csproj")]
    [InlineData("middle/Middle.csproj")]
    public async Task Its_keys_are_known_and_typed_once(string reference)
    {
        using var project = new AnalysisProject($"<ProjectReference Include=\"{reference}\" />{Config}", properties: Properties);
        WriteLibrary(project);
        project.Write("hello.schema.toml", "[hello]\ntimes = { type = \"integer\", default = 1 }\n");
        project.Write("run.toml", "[hello]\ntimes = 2\n[align]\nthreads = 3\n");
        project.Write("Program.cs", "System.Console.WriteLine(Library.AlignConfig.Load().Align.Threads + Analysis.HelloConfig.Load().Hello.Times);\n");

        var build = (await project.BuildAsync()).ShouldSucceed();
        build.Warnings.ShouldBeEmpty();
        (await project.ExecAsync([], ("CPG_CONFIG_PATH", project.PathOf("run.toml")))).Output.Trim().ShouldBe("5");
        Generated(project).ShouldNotContain(file => file!.Contains("Align", StringComparison.Ordinal));
        JsonNode.Parse(await File.ReadAllTextAsync(project.PathOf("bin/Debug/net10.0/hello.schema.json")))!["properties"]!["align"].ShouldNotBeNull();

        // An IDE sees what the compiler saw, and nothing is built anew, with the static graph or without.
        (await project.DesignTimeBuildAsync()).ShouldSucceed();
        (await project.BuildAsync("--no-restore")).ShouldSucceed().Compilations.ShouldBe(0);
        (await project.BuildAsync("--no-restore", "-graph")).ShouldSucceed().Compilations.ShouldBe(0);

        project.Write("run.toml", "[hello]\ntimes = 2\n[align]\nthread = 3\n");
        var refused = await project.BuildAsync("--no-restore");
        refused.Succeeded.ShouldBeFalse();
        refused.Errors.Select(error => (error.Code, error.LineNumber)).ShouldBe([("AR4102", 3), ("AR4101", 4)]);

        // The library changes its schema: its user is judged by the new one.
        project.Write("a library/align.schema.toml", "[align]\nthread = { type = \"integer\" }\n");
        project.Write("Program.cs", "return;\n");
        (await project.BuildAsync("--no-restore")).ShouldSucceed();
    }

    [Fact]
    public async Task A_project_without_schemas_of_its_own_is_judged_by_those_of_its_library_of_several_frameworks()
    {
        using var project = new AnalysisProject($"<ProjectReference Include=\"a library/Library.csproj\" />{Config}", properties: Properties);
        WriteLibrary(project, "<TargetFramework /><TargetFrameworks>net10.0</TargetFrameworks>");
        project.Write("a library/100% more.schema.toml", "[more]\nx = { type = \"integer\" }\n");
        project.Write("run.toml", "[align]\nthreads = \"many\"\n[more]\nx = 1.5\n");

        (await project.BuildAsync()).Errors.Select(error => error.Code).ShouldBe(["AR4103", "AR4103"]);
    }

    private static void WriteLibrary(AnalysisProject project, string properties = "")
    {
        project.Write("a library/Library.csproj", AnalysisProject.ProjectText(properties: "<OutputType>Library</OutputType>" + properties));
        project.Write("a library/align.schema.toml", "[align]\nthreads = { type = \"integer\" }\n");
        project.Write("middle/Middle.csproj", """
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup>
              <ItemGroup><ProjectReference Include="../a library/Library.csproj" /></ItemGroup>
            </Project>
            """);
    }

    private static IEnumerable<string?> Generated(AnalysisProject project)
    {
        using var image = new System.Reflection.PortableExecutable.PEReader(File.OpenRead(project.Assembly()));
        var reader = System.Reflection.Metadata.PEReaderExtensions.GetMetadataReader(image);
        return [.. reader.TypeDefinitions.Select(type => reader.GetString(reader.GetTypeDefinition(type).Name))];
    }
}
