extern alias generators;
using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.Loader;
using generators::AnalysisRunner.Generators;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;

namespace AnalysisRunner.Generators.Tests;

/// <summary>A C# project in memory: files, metadata and properties in, generated code and diagnostics out.</summary>
internal sealed class ProjectUnderTest
{
    private static readonly ImmutableArray<MetadataReference> References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path) is var name && (name.StartsWith("System.", StringComparison.Ordinal) || name is "netstandard.dll" or "mscorlib.dll"))
            .Concat([typeof(AnalysisRunner.Config.Schema).Assembly.Location, typeof(AnalysisRunner.Toml.TomlDocument).Assembly.Location])
            .Select(path => MetadataReference.CreateFromFile(path)),
    ];

    private readonly List<InMemoryFile> _files = [];
    private readonly Dictionary<string, string> _properties = new() { ["RootNamespace"] = "Demo", ["ProjectDir"] = "/demo/" };

    internal LanguageVersion Language { get; init; } = LanguageVersion.CSharp10;

    internal string Code { get; init; } = "";

    internal string Name { get; init; } = "Demo" + Guid.NewGuid().ToString("N");

    internal ProjectUnderTest Schema(string text, string path = "/demo/hello.schema.toml", string kind = "true") =>
        Add(path, text, ("AnalysisConfigSchema", kind));

    internal ProjectUnderTest Config(string text, string path = "/demo/hello.toml", int? order = null) =>
        order is null ? Add(path, text, ("AnalysisConfig", "true")) : Add(path, text, ("AnalysisConfig", "true"), ("AnalysisConfigOrder", $"{order}"));

    internal ProjectUnderTest Add(string path, string text, params (string Name, string Value)[] metadata)
    {
        _files.Add(new InMemoryFile(path, text, metadata));
        return this;
    }

    internal ProjectUnderTest Property(string name, string value)
    {
        _properties[name] = value;
        return this;
    }

    internal IEnumerable<AdditionalText> Files => _files;

    internal AnalyzerConfigOptionsProvider OptionsProvider => new Options(_properties);

    internal GeneratorDriver Driver() => CSharpGeneratorDriver.Create(
        [new ConfigGenerator().AsSourceGenerator()], _files, (CSharpParseOptions)ParseOptions, new Options(_properties),
        new GeneratorDriverOptions(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));

    internal CSharpCompilation Compilation(ReportDiagnostic warnings = ReportDiagnostic.Default) => CSharpCompilation.Create(
        Name,
        [CSharpSyntaxTree.ParseText(Code, (CSharpParseOptions)ParseOptions, "/demo/Program.cs")],
        References,
        new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable,
            generalDiagnosticOption: warnings));

    internal GeneratorDriverRunResult Run()
    {
        var result = Driver().RunGenerators(Compilation()).GetRunResult();
        result.Results.Single().Exception.ShouldBeNull();
        return result;
    }

    internal IReadOnlyList<string> Diagnostics() => [.. Run().Diagnostics.Select(Shown).Order(StringComparer.Ordinal)];

    internal string Generated(string hintName) =>
        Run().Results.Single().GeneratedSources.Single(source => source.HintName == hintName).SourceText.ToString();

    /// <summary>Compiles with nullable and warnings as errors and loads the assembly.</summary>
    internal Assembly Compile() => new AssemblyLoadContext(null, isCollectible: true).LoadFromStream(new MemoryStream(CompileToImage()));

    /// <summary>Compiles with nullable and warnings as errors.</summary>
    internal byte[] CompileToImage(params MetadataReference[] others)
    {
        Driver().RunGeneratorsAndUpdateCompilation(Compilation(ReportDiagnostic.Error).AddReferences(others), out var output, out var diagnostics);
        diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error).ShouldBeEmpty();
        using var stream = new MemoryStream();
        // Generated code must have documentation wherever the compiler can ask for it; the test's own code need not.
        var documented = output.SyntaxTrees.Select(tree => tree.FilePath.StartsWith("/demo/", StringComparison.Ordinal)
            ? tree
            : tree.WithRootAndOptions(tree.GetRoot(), ((CSharpParseOptions)tree.Options).WithDocumentationMode(DocumentationMode.Diagnose)));
        output = ((CSharpCompilation)output).RemoveAllSyntaxTrees().AddSyntaxTrees(documented);
        var result = output.Emit(stream);
        result.Diagnostics.Where(d => d.Severity != DiagnosticSeverity.Hidden).ShouldBeEmpty(
            string.Join("\n", output.SyntaxTrees.Select(tree => tree.ToString())));
        return stream.ToArray();
    }

    /// <summary>What the analyzers say of this project, generated code included, when it can see the pipeline library.</summary>
    internal async Task<IReadOnlyList<Diagnostic>> AnalyzeAsync(bool withPipelines = true)
    {
        var compilation = Compilation();
        if (withPipelines) compilation = compilation.AddReferences(MetadataReference.CreateFromFile(typeof(AnalysisRunner.Pipelines.AnalysisConfig).Assembly.Location));
        Driver().RunGeneratorsAndUpdateCompilation(compilation, out var output, out _);
        output.GetDiagnostics().Where(d => d.Severity == DiagnosticSeverity.Error).ShouldBeEmpty();
        var found = await output
            .WithAnalyzers(
                [new BucketInCodeAnalyzer(), new RunnerVariableAnalyzer(), new TypedKeyAnalyzer(), new RawShellAnalyzer(), new MethodJobAnalyzer()],
                AnalyzerOptions())
            .GetAnalyzerDiagnosticsAsync();
        return [.. found.OrderBy(d => d.Location.SourceSpan.Start)];
    }

    internal AnalyzerOptions AnalyzerOptions() => new([.. _files], new Options(_properties));

    internal static string Shown(Diagnostic diagnostic)
    {
        var span = diagnostic.Location.GetLineSpan();
        return $"{diagnostic.Id} {span.Path.Replace("/demo/", "", StringComparison.Ordinal)}({span.StartLinePosition.Line + 1},{span.StartLinePosition.Character + 1})";
    }

    private CSharpParseOptions ParseOptions => new(Language, DocumentationMode.Parse);

    internal sealed class InMemoryFile(string path, string text, (string Name, string Value)[] metadata) : AdditionalText
    {
        private readonly SourceText _text = SourceText.From(text);

        internal (string Name, string Value)[] Metadata => metadata;

        public override string Path => path;

        public override SourceText GetText(CancellationToken cancellationToken = default) => _text;
    }

    private sealed class Options(Dictionary<string, string> properties) : AnalyzerConfigOptionsProvider
    {
        public override AnalyzerConfigOptions GlobalOptions { get; } = new Values(properties.ToDictionary(p => "build_property." + p.Key, p => p.Value));

        public override AnalyzerConfigOptions GetOptions(SyntaxTree tree) => new Values([]);

        public override AnalyzerConfigOptions GetOptions(AdditionalText textFile) => new Values(
            ((InMemoryFile)textFile).Metadata.ToDictionary(m => "build_metadata.AdditionalFiles." + m.Name, m => m.Value));
    }

    private sealed class Values(Dictionary<string, string> values) : AnalyzerConfigOptions
    {
        public override bool TryGetValue(string key, out string value) => values.TryGetValue(key, out value!);
    }
}
