extern alias generators;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using TrackingNames = generators::AnalysisRunner.Generators.TrackingNames;
using TypedKeys = generators::AnalysisRunner.Generators.TypedKeys;

namespace AnalysisRunner.Generators.Tests;

public sealed class Incrementality
{
    private const string Schema = "[hello]\nrepeat = { type = \"integer\" }\nmode = { type = \"string\", enum = [\"a\", \"b\"], default = \"a\" }";

    private static ProjectUnderTest Project() => new ProjectUnderTest { Code = "class A { }" }
        .Schema(Schema).Schema("[other]\nx = { type = \"integer\" }", "/demo/other.schema.toml")
        .Config("[hello]\nrepeat = 0.5");

    [Fact]
    public void Editing_code_recomputes_nothing()
    {
        var project = Project().Schema("[wrong]\nx = { type = \"none\" }", "/demo/wrong.schema.toml");
        var driver = project.Driver().RunGenerators(project.Compilation());
        var edited = project.Compilation().AddSyntaxTrees(CSharpSyntaxTree.ParseText("class B { }", new CSharpParseOptions(LanguageVersion.CSharp10)));

        var result = driver.RunGenerators(edited).GetRunResult().Results.Single();

        foreach (var name in TrackingNames.All)
        {
            result.TrackedSteps.ShouldContainKey(name);
            Reasons(result.TrackedSteps[name]).ShouldAllBe(reason => reason == IncrementalStepRunReason.Cached || reason == IncrementalStepRunReason.Unchanged, name);
        }
        result.TrackedOutputSteps.SelectMany(step => Reasons(step.Value)).ShouldAllBe(reason => reason == IncrementalStepRunReason.Cached);
    }

    [Fact]
    public void Saving_a_schema_without_a_change_parses_nothing()
    {
        var project = Project();
        var driver = project.Driver().RunGenerators(project.Compilation());

        var result = Replace(driver, project, "/demo/hello.schema.toml", Schema).RunGenerators(project.Compilation()).GetRunResult().Results.Single();

        Reasons(result.TrackedSteps[TrackingNames.Schemas]).ShouldAllBe(reason => reason == IncrementalStepRunReason.Cached);
        result.TrackedOutputSteps.SelectMany(step => Reasons(step.Value)).ShouldAllBe(reason => reason == IncrementalStepRunReason.Cached);
    }

    [Fact]
    public void Changing_one_schema_writes_only_its_own_class_again()
    {
        var project = Project();
        var driver = project.Driver().RunGenerators(project.Compilation());

        var result = Replace(driver, project, "/demo/hello.schema.toml", Schema + "\nmore = { type = \"string\", default = \"\" }")
            .RunGenerators(project.Compilation()).GetRunResult().Results.Single();

        Reasons(result.TrackedSteps[TrackingNames.Classes]).Order().ShouldBe([IncrementalStepRunReason.Modified, IncrementalStepRunReason.Unchanged]);
        Reasons(result.TrackedSteps[TrackingNames.Schemas]).Order().ShouldBe([IncrementalStepRunReason.Modified, IncrementalStepRunReason.Cached]);
    }

    [Fact]
    public void Changing_a_config_file_writes_no_code_again()
    {
        var project = Project();
        var driver = project.Driver().RunGenerators(project.Compilation());

        var result = Replace(driver, project, "/demo/hello.toml", "[hello]\nrepeat = 1\n[other]\nx = 1").RunGenerators(project.Compilation()).GetRunResult().Results.Single();

        result.Diagnostics.ShouldBeEmpty();
        Reasons(result.TrackedSteps[TrackingNames.Classes]).ShouldAllBe(reason => reason == IncrementalStepRunReason.Cached);
        Reasons(result.TrackedSteps[TrackingNames.Schemas]).ShouldAllBe(reason => reason == IncrementalStepRunReason.Cached);
    }

    [Fact]
    public void The_analyzer_of_typed_keys_parses_a_schema_once_for_all_compilations()
    {
        var project = Project();
        var first = Typed(project);
        Typed(project).ShouldBeSameAs(first);
        // Another file of the same text is another object to an editor.
        Typed(Project()).ShouldNotBeSameAs(first);
    }

    private static generators::AnalysisRunner.Config.SchemaValue Typed(ProjectUnderTest project) =>
        TypedKeys.Of(project.AnalyzerOptions(), CancellationToken.None).Find(["hello", "repeat"]).ShouldNotBeNull().Value;

    private static GeneratorDriver Replace(GeneratorDriver driver, ProjectUnderTest project, string path, string text)
    {
        var old = project.Files.Single(file => file.Path == path);
        return driver.ReplaceAdditionalText(old, new ProjectUnderTest.InMemoryFile(path, text, ((ProjectUnderTest.InMemoryFile)old).Metadata));
    }

    private static IEnumerable<IncrementalStepRunReason> Reasons(IEnumerable<IncrementalGeneratorRunStep> steps) =>
        steps.SelectMany(step => step.Outputs).Select(output => output.Reason);
}
