extern alias generators;
using System.Collections.Immutable;
using System.Text;
using generators::AnalysisRunner.Generators;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;

namespace AnalysisRunner.CodeFixes.Tests;

/// <summary>A project with a schema as an editor holds it: the generator and the analyzers run, and the fixes are asked.</summary>
internal sealed class EditorUnderTest : IDisposable
{
    private const string Schema = """
        [hello.greeting]
        type = "string"
        [hello.repeat]
        type = "integer"
        default = 1
        [hello.label]
        type = "string"
        optional = true
        [hello.limit]
        type = "integer"
        optional = true
        [hello.names]
        type = "array"
        items = { type = "string" }
        default = []
        [hello.mode]
        type = "string"
        enum = ["fast", "slow"]
        default = "fast"
        [hello.old]
        type = "string"
        default = ""
        deprecated = "no longer read"
        [hello.sizes]
        type = "map"
        items = { type = "integer" }
        default = {}
        [extra]
        optional = true
        x = { type = "string" }
        """;

    private static readonly ImmutableArray<DiagnosticAnalyzer> Analyzers =
        [new BucketInCodeAnalyzer(), new RunnerVariableAnalyzer(), new TypedKeyAnalyzer(), new RawShellAnalyzer()];

    private static readonly ImmutableArray<CodeFixProvider> Fixes = [new BucketInCodeFix(), new RunnerVariableFix(), new TypedKeyFix()];

    private static readonly ImmutableArray<MetadataReference> References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path) is var name && (name.StartsWith("System.", StringComparison.Ordinal)
                || name is "AnalysisRunner.Pipelines.dll" or "AnalysisRunner.Config.dll" or "AnalysisRunner.Toml.dll"))
            .Select(path => MetadataReference.CreateFromFile(path)),
    ];

    private readonly AdhocWorkspace _workspace = new();
    private readonly Document _document;

    public EditorUnderTest(string code, LanguageVersion language = LanguageVersion.CSharp13)
    {
        var id = ProjectId.CreateNewId();
        var project = _workspace.CurrentSolution.AddProject(ProjectInfo.Create(id, VersionStamp.Default, "Demo", "Demo", LanguageNames.CSharp))
            .WithProjectParseOptions(id, new CSharpParseOptions(language))
            .WithProjectCompilationOptions(id, new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable))
            .WithProjectMetadataReferences(id, References)
            .WithProjectAnalyzerReferences(id, [new Generator()])
            .AddAdditionalDocument(DocumentId.CreateNewId(id), "hello.schema.toml", Schema, filePath: "/demo/hello.schema.toml")
            .AddAnalyzerConfigDocument(DocumentId.CreateNewId(id), "demo.globalconfig", SourceText.From("""
                is_global = true
                build_property.RootNamespace = Demo
                build_property.ProjectDir = /demo/
                [/demo/hello.schema.toml]
                build_metadata.AdditionalFiles.AnalysisConfigSchema = true
                """, Encoding.UTF8), filePath: "/demo/demo.globalconfig")
            .GetProject(id)!;
        _document = project.AddDocument("Program.cs", code, filePath: "/demo/Program.cs");
    }

    public void Dispose() => _workspace.Dispose();

    /// <summary>What is offered for the one diagnostic of the code.</summary>
    public async Task<IReadOnlyList<string>> OffersAsync() => [.. (await ActionsAsync()).Select(action => action.Title)];

    /// <summary>The code after the first offer, which compiles and of which the analyzers have nothing left to say.</summary>
    public async Task<string> FixAsync()
    {
        var operations = await (await ActionsAsync())[0].GetOperationsAsync(CancellationToken.None);
        var changed = operations.OfType<ApplyChangesOperation>().Single().ChangedSolution.GetDocument(_document.Id)!;
        (await AnalyzeAsync(changed)).ShouldBeEmpty();
        return (await changed.GetTextAsync()).ToString();
    }

    /// <summary>The code after the first offer of a fix was taken everywhere.</summary>
    public async Task<string> FixAllAsync(CodeFixProvider fix)
    {
        var found = (await AnalyzeAsync(_document)).Where(diagnostic => fix.FixableDiagnosticIds.Contains(diagnostic.Id)).ToList();
        var first = (CodeAction?)null;
        await fix.RegisterCodeFixesAsync(new CodeFixContext(_document, found[0], (action, _) => first ??= action, CancellationToken.None));
        var context = new FixAllContext(
            _document, fix, FixAllScope.Document, first.ShouldNotBeNull().EquivalenceKey!, fix.FixableDiagnosticIds, new Found(found), CancellationToken.None);
        var all = (await fix.GetFixAllProvider()!.GetFixAsync(context)).ShouldNotBeNull();
        var changed = (await all.GetOperationsAsync(CancellationToken.None)).OfType<ApplyChangesOperation>().Single().ChangedSolution;
        return (await changed.GetDocument(_document.Id)!.GetTextAsync()).ToString();
    }

    private async Task<List<CodeAction>> ActionsAsync()
    {
        var diagnostic = (await AnalyzeAsync(_document)).ShouldHaveSingleItem();
        var actions = new List<CodeAction>();
        foreach (var fix in Fixes.Where(fix => fix.FixableDiagnosticIds.Contains(diagnostic.Id)))
            await fix.RegisterCodeFixesAsync(new CodeFixContext(_document, diagnostic, (action, _) => actions.Add(action), CancellationToken.None));
        return actions;
    }

    private static async Task<ImmutableArray<Diagnostic>> AnalyzeAsync(Document document)
    {
        var compilation = (await document.Project.GetCompilationAsync())!;
        compilation.GetDiagnostics().Where(found => found.Severity >= DiagnosticSeverity.Warning).ShouldBeEmpty();
        return await compilation.WithAnalyzers(Analyzers, document.Project.AnalyzerOptions).GetAnalyzerDiagnosticsAsync();
    }

    /// <summary>The generator as an analyzer reference of the project.</summary>
    private sealed class Generator : AnalyzerReference
    {
        // The workspace knows a generator by its instance.
        private readonly ISourceGenerator _generator = new ConfigGenerator().AsSourceGenerator();

        public override string FullPath => "AnalysisRunner.Generators.dll";

        public override object Id => nameof(Generator);

        public override ImmutableArray<DiagnosticAnalyzer> GetAnalyzers(string language) => [];

        public override ImmutableArray<DiagnosticAnalyzer> GetAnalyzersForAllLanguages() => [];

        public override ImmutableArray<ISourceGenerator> GetGenerators(string language) => [_generator];
    }

    /// <summary>What was found in the document.</summary>
    private sealed class Found(IEnumerable<Diagnostic> found) : FixAllContext.DiagnosticProvider
    {
        public override Task<IEnumerable<Diagnostic>> GetAllDiagnosticsAsync(Project project, CancellationToken cancellationToken) => Task.FromResult(found);

        public override Task<IEnumerable<Diagnostic>> GetDocumentDiagnosticsAsync(Document document, CancellationToken cancellationToken) => Task.FromResult(found);

        public override Task<IEnumerable<Diagnostic>> GetProjectDiagnosticsAsync(Project project, CancellationToken cancellationToken) => Task.FromResult<IEnumerable<Diagnostic>>([]);
    }
}
