using System.Text.Json.Nodes;

namespace AnalysisRunner.Sdk.Tests;

/// <summary>The JSON Schema that a build leaves for TOML editors.</summary>
public sealed class JsonSchemaTests
{
    private const string Task = "WriteConfigJsonSchemas";
    private const string Hello = "[hello]\ntimes = { type = \"integer\", default = 1 }\n";

    [Fact]
    public async Task It_lies_beside_the_assembly_and_is_written_only_when_its_schemas_change()
    {
        using var project = new AnalysisProject();
        project.Write("hello.schema.toml", Hello);

        var first = (await project.BuildAsync()).ShouldSucceed();
        first.RunsOf(Task).ShouldBe(1);
        first.Warnings.ShouldBeEmpty();
        Sections(project, "hello").ShouldContain("hello");

        // Nothing changed, or only code, or an IDE looked.
        (await project.BuildAsync("--no-restore")).ShouldSucceed().RunsOf(Task).ShouldBe(0);
        project.Write("Program.cs", "return;\n");
        var coded = (await project.BuildAsync("--no-restore")).ShouldSucceed();
        coded.Compilations.ShouldBe(1);
        coded.RunsOf(Task).ShouldBe(0);
        var looked = (await project.DesignTimeBuildAsync()).ShouldSucceed();
        looked.RunsOf(Task).ShouldBe(0);

        // Another comment is the same schema: looked at once, and then done.
        project.Write("hello.schema.toml", "# Hello\n" + Hello);
        (await project.BuildAsync("--no-restore")).ShouldSucceed().RunsOf(Task).ShouldBe(1);
        var still = (await project.BuildAsync("--no-restore")).ShouldSucceed();
        still.RunsOf(Task).ShouldBe(0);
        still.Compilations.ShouldBe(0);

        // Config is judged by all schemas together, so each file holds all of them.
        project.Write("more/other.toml", "[other]\nx = { type = \"string\" }\n");
        (await project.BuildAsync("--no-restore")).ShouldSucceed().RunsOf(Task).ShouldBe(0);
        File.Move(project.PathOf("more/other.toml"), project.PathOf("more/other.schema.toml"));
        (await project.BuildAsync("--no-restore")).ShouldSucceed().RunsOf(Task).ShouldBe(1);
        Sections(project, "hello").ShouldContain("other");
        Sections(project, "other").ShouldContain("hello");

        // What is gone leaves nothing behind.
        File.Delete(project.PathOf("more/other.schema.toml"));
        (await project.BuildAsync("--no-restore")).ShouldSucceed().RunsOf(Task).ShouldBe(1);
        File.Exists(JsonSchema(project, "other")).ShouldBeFalse();
        Sections(project, "hello").ShouldNotContain("other");
        File.Delete(JsonSchema(project, "hello"));
        (await project.BuildAsync("--no-restore")).ShouldSucceed().RunsOf(Task).ShouldBe(1);
        Sections(project, "hello").ShouldContain("hello");
        (await project.BuildAsync("-t:Clean")).ShouldSucceed();
        File.Exists(JsonSchema(project, "hello")).ShouldBeFalse();
    }

    [Theory]
    [InlineData("-p:EnableAnalysisRunnerConfig=false")]
    // A driver's build: there is no tasks assembly to load either.
    [InlineData("-p:EnableAnalysisRunnerSubmit=false", "-p:AnalysisRunnerTasksAssembly=/nowhere.dll")]
    public async Task It_is_not_written_where_it_is_switched_off_or_where_a_driver_is_built(params string[] properties)
    {
        using var project = new AnalysisProject();
        project.Write("hello.schema.toml", Hello);

        (await project.BuildAsync(properties)).ShouldSucceed().RunsOf(Task).ShouldBe(0);

        File.Exists(JsonSchema(project, "hello")).ShouldBeFalse();
    }

    [Fact]
    public async Task A_file_that_cannot_be_written_is_a_warning()
    {
        using var project = new AnalysisProject();
        project.Write("hello.schema.toml", Hello);
        Directory.CreateDirectory(JsonSchema(project, "hello"));

        var build = (await project.BuildAsync()).ShouldSucceed();

        build.Warnings.Select(warning => warning.Code).ShouldBe(["AR1019"]);
    }

    private static string JsonSchema(AnalysisProject project, string name) => project.PathOf($"bin/Debug/net10.0/{name}.schema.json");

    private static IEnumerable<string> Sections(AnalysisProject project, string name)
    {
        var schema = JsonNode.Parse(File.ReadAllText(JsonSchema(project, name)))!;
        schema["title"]!.GetValue<string>().ShouldBe("Analysis");
        return schema["properties"]!.AsObject().Select(section => section.Key);
    }
}
