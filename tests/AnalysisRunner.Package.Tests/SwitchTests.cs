namespace AnalysisRunner.Package.Tests;

/// <summary>A switch takes exactly its own part away.</summary>
public sealed class SwitchTests
{
    private static readonly string[] Parts = ["Stamp", "Config", "Submit", "Pipelines"];

    [FactWithGit]
    public async Task Each_switch_takes_its_own_part_away_and_no_other()
    {
        var consumer = await Consumer.CreateAsync();
        consumer.Write("Program.cs", "return;\n");
        await consumer.CommitAsync();
        (await PartsAsync(consumer)).ShouldBe(Parts);

        foreach (var part in Parts) (await PartsAsync(consumer, $"-p:EnableAnalysisRunner{part}=false")).ShouldBe(Parts.Except([part]), part);
    }

    [Fact]
    public async Task As_a_package_the_libraries_are_switched_off_at_the_reference()
    {
        var consumer = await Consumer.CreateAsync(Form.PackageReference, properties: "<EnableAnalysisRunnerPipelines>false</EnableAnalysisRunnerPipelines>");
        consumer.Write("Program.cs", "return;\n");

        var refused = await consumer.BuildAsync();
        refused.Errors.Select(error => error.Code).ShouldBe(["AR1020"]);
        refused.Errors.Single().Text.ShouldContain("ExcludeAssets=\"compile;runtime\"");

        consumer.Write("Analysis.csproj", consumer.Read("Analysis.csproj").Replace("<PackageReference ", "<PackageReference ExcludeAssets=\"compile;runtime\" ", StringComparison.Ordinal));
        consumer.Write("hello.schema.toml", "");
        consumer.Write("hello.toml", "");
        (await consumer.BuildAsync(["build", "-p:EnableAnalysisRunnerConfig=false"])).ShouldSucceed();
        consumer.Files("bin").ShouldNotContain(file => file.Contains("AnalysisRunner", StringComparison.Ordinal));
    }

    /// <summary>Which parts are there, by what each of them does.</summary>
    private static async Task<IReadOnlyList<string>> PartsAsync(Consumer consumer, params string[] arguments)
    {
        if (Directory.Exists(consumer.PathOf("obj"))) Directory.Delete(consumer.PathOf("obj"), recursive: true);
        (await consumer.DotnetAsync(["restore", "-nodeReuse:false", .. arguments])).ExitCode.ShouldBe(0);
        var state = await consumer.AskAsync(
            ["-t:ResolveReferences;GetAssemblyAttributes", .. arguments, "-getProperty:SubmitDependsOn,UsingAnalysisRunnerSdk", "-getItem:AssemblyMetadata,AdditionalFiles,ReferencePath"]);
        var items = state.GetProperty("Items");
        bool Has(string type, string text) => items.GetProperty(type).EnumerateArray().Any(item => item.GetProperty("Identity").GetString()!.Contains(text, StringComparison.Ordinal));
        var parts = new List<string>();
        if (Has("AssemblyMetadata", "AnalysisRunner.Commit")) parts.Add("Stamp");
        if (Has("AdditionalFiles", "hello.schema.toml")) parts.Add("Config");
        if (state.GetProperty("Properties").GetProperty("SubmitDependsOn").GetString() != "") parts.Add("Submit");
        if (Has("ReferencePath", "AnalysisRunner.Pipelines.dll")) parts.Add("Pipelines");
        return parts;
    }
}
