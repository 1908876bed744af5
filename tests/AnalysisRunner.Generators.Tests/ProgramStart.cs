extern alias generators;
using generators::AnalysisRunner.Generators;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using TrackingNames = generators::AnalysisRunner.Generators.TrackingNames;

namespace AnalysisRunner.Generators.Tests;

public sealed class ProgramStart
{
    private static readonly MetadataReference Pipelines = MetadataReference.CreateFromFile(typeof(AnalysisRunner.Pipelines.Batch).Assembly.Location);

    [Fact]
    public void A_program_with_the_pipeline_library_reports_its_errors()
    {
        var compilation = Compilation(OutputKind.ConsoleApplication, Pipelines);

        Driver("Exe").RunGeneratorsAndUpdateCompilation(compilation, out var output, out _);

        output.GetDiagnostics().Where(d => d.Severity >= DiagnosticSeverity.Warning).ShouldBeEmpty();
        output.SyntaxTrees.Last().ToString().ShouldContain("[global::System.Runtime.CompilerServices.ModuleInitializer]");
    }

    [Theory]
    [InlineData("Library", true)]
    [InlineData("Exe", false)]
    public void A_library_or_a_program_without_it_gets_nothing(string outputType, bool withPipelines) =>
        Driver(outputType).RunGenerators(Compilation(OutputKind.DynamicallyLinkedLibrary, withPipelines ? [Pipelines] : [])).GetRunResult()
            .GeneratedTrees.ShouldBeEmpty();

    [Fact]
    public void Editing_code_recomputes_nothing()
    {
        var compilation = Compilation(OutputKind.ConsoleApplication, Pipelines);
        var driver = (GeneratorDriver)Driver("Exe").RunGenerators(compilation);

        var result = driver.RunGenerators(compilation.AddSyntaxTrees(CSharpSyntaxTree.ParseText("class B { }"))).GetRunResult().Results.Single();

        result.TrackedSteps[TrackingNames.UsesPipelines].SelectMany(step => step.Outputs).ShouldAllBe(output => output.Reason == IncrementalStepRunReason.Cached);
        result.TrackedOutputSteps.SelectMany(step => step.Value).SelectMany(step => step.Outputs).ShouldAllBe(output => output.Reason == IncrementalStepRunReason.Cached);
    }

    private static CSharpGeneratorDriver Driver(string outputType) => CSharpGeneratorDriver.Create(
        [new ProgramGenerator().AsSourceGenerator()], [], new CSharpParseOptions(), new ProjectUnderTest().Property("OutputType", outputType).OptionsProvider,
        new GeneratorDriverOptions(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));

    private static CSharpCompilation Compilation(OutputKind kind, params MetadataReference[] others) =>
        new ProjectUnderTest { Code = kind == OutputKind.ConsoleApplication ? "System.Console.WriteLine();" : "class A { }", Language = LanguageVersion.Default }
            .Compilation().WithOptions(new CSharpCompilationOptions(kind)).AddReferences(others);
}
