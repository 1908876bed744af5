namespace AnalysisRunner.Sdk.Tests;

public sealed class ConfigTests
{
    private const string Schema = "[hello.times]\ntype = \"integer\"\ndefault = 1\n";
    private const string Items = "<AnalysisConfig Include=\"z first.toml;a second.toml\" />";

    [Fact]
    public async Task A_wrong_type_fails_the_build_at_its_file_and_line()
    {
        using var project = new AnalysisProject(Items);
        project.Write("hello.schema.toml", Schema);
        project.Write("z first.toml", "[hello]\ntimes = 2\n");
        project.Write("a second.toml", "# the second\n[hello]\ntimes = \"two\"\n");

        var build = await project.BuildAsync();

        build.Succeeded.ShouldBeFalse();
        var error = build.Errors.Single();
        error.Code.ShouldStartWith("AR4");
        error.File.ShouldEndWith("a second.toml");
        error.LineNumber.ShouldBe(3);

        // The same project in an IDE: the design-time build must not fail.
        (await project.DesignTimeBuildAsync()).ShouldSucceed();

        // Without the part, nobody judges the file.
        (await project.BuildAsync("--no-restore", "-p:EnableAnalysisRunnerConfig=false")).ShouldSucceed();
    }

    [Fact]
    public async Task The_schema_is_a_type_and_the_files_keep_their_order()
    {
        using var project = new AnalysisProject(Items);
        project.Write("hello.schema.toml", Schema);
        project.Write("obj/old.schema.toml", "nonsense");
        project.Write("z first.toml", "[hello]\ntimes = 2\n");
        project.Write("a second.toml", "[hello]\ntimes = 3\n");
        project.Write("Program.cs", "System.Console.WriteLine(Analysis.HelloConfig.Load().Hello.Times);\n");

        (await project.BuildAsync()).ShouldSucceed();

        (await project.ExecAsync([], ("CPG_CONFIG_PATH", $"{project.PathOf("z first.toml")},{project.PathOf("a second.toml")}"))).Output.Trim().ShouldBe("3");
        var options = await File.ReadAllTextAsync(project.PathOf("obj/Debug/net10.0/Analysis.GeneratedMSBuildEditorConfig.editorconfig"));
        Order(options, "z first.toml").ShouldBeLessThan(Order(options, "a second.toml"));

        // A change of a file that only judges or describes is a reason to compile; saving it unchanged elsewhere is not.
        (await project.BuildAsync("--no-restore")).ShouldSucceed().Compilations.ShouldBe(0);
        project.Write("a second.toml", "[hello]\ntimes = 4\n");
        (await project.BuildAsync("--no-restore")).ShouldSucceed().Compilations.ShouldBe(1);
        File.Delete(project.PathOf("hello.schema.toml"));
        (await project.BuildAsync("--no-restore")).Succeeded.ShouldBeFalse();
    }

    [Fact]
    public async Task A_file_that_is_listed_twice_counts_where_it_stands_last()
    {
        using var project = new AnalysisProject(
            "<AnalysisConfig Include=\"z first.toml\" /><AnalysisConfig Include=\"a second.toml\" /><AnalysisConfig Include=\"./z first.toml\" Uncommitted=\"true\" />");
        project.Write("hello.schema.toml", Schema);
        project.Write("z first.toml", "[hello]\ntimes = 2\n");
        project.Write("a second.toml", "[hello]\ntimes = 3\n");

        (await project.BuildAsync()).ShouldSucceed();

        // To the compiler, and to what is sent.
        var options = await File.ReadAllTextAsync(project.PathOf("obj/Debug/net10.0/Analysis.GeneratedMSBuildEditorConfig.editorconfig"));
        Order(options, "z first.toml").ShouldBeGreaterThan(Order(options, "a second.toml"));
        var layers = System.Text.Json.Nodes.JsonNode.Parse(await project.ItemsAsync("_AnalysisRunnerConfigLayer", "_AnalysisRunnerLayerConfig"))!["Items"]!["_AnalysisRunnerConfigLayer"]!.AsArray();
        layers.Select(layer => (layer!["Identity"]!.GetValue<string>(), layer["Uncommitted"]?.GetValue<string>()))
            .ShouldBe([(project.PathOf("a second.toml"), null), (project.PathOf("z first.toml"), "true")]);
    }

    [Fact]
    public async Task A_file_that_is_also_the_projects_own_additional_file_is_judged_once()
    {
        using var project = new AnalysisProject("<AdditionalFiles Include=\"z first.toml\" /><AnalysisConfig Include=\"z first.toml\" />");
        project.Write("Directory.Build.targets", "<Project><ItemGroup><AdditionalFiles Include=\"$(MSBuildProjectDirectory)/z first.toml\" /></ItemGroup></Project>");
        project.Write("hello.schema.toml", Schema);
        project.Write("z first.toml", "[hello]\ntimes = \"two\"\n");

        (await project.BuildAsync()).Errors.Single().Code.ShouldBe("AR4103");
    }

    [Fact]
    public async Task How_much_a_problem_matters_is_for_the_project_to_say()
    {
        using var project = new AnalysisProject("<AnalysisConfig Include=\"z first.toml\" />");
        project.Write("hello.schema.toml", Schema + "[hello.old]\ntype = \"string\"\noptional = true\ndeprecated = true\n");
        project.Write("z first.toml", "[hello]\nnothing = 2\nold = \"x\"\n");

        var build = await project.BuildAsync();
        (build.Errors.Single().Code, build.Warnings.Single().Code).ShouldBe(("AR4101", "AR4109"));

        build = await project.BuildAsync("--no-restore", "-p:NoWarn=AR4101%3BAR4109");
        build.ShouldSucceed().Warnings.ShouldBeEmpty();

        project.Write(".globalconfig", "is_global = true\ndotnet_diagnostic.AR4101.severity = warning\ndotnet_diagnostic.AR4109.severity = error\n");
        build = await project.BuildAsync("--no-restore");
        (build.Errors.Single().Code, build.Warnings.Single().Code).ShouldBe(("AR4109", "AR4101"));
    }

    private static int Order(string options, string file)
    {
        var section = options[options.IndexOf("/" + file + "]", StringComparison.Ordinal)..];
        var value = section[(section.IndexOf("AnalysisConfigOrder = ", StringComparison.Ordinal) + "AnalysisConfigOrder = ".Length)..];
        return int.Parse(value[..value.IndexOf('\n')], System.Globalization.CultureInfo.InvariantCulture);
    }
}
