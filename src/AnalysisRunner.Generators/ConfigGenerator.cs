using System.Collections.Immutable;
using System.Linq;
using System.Text;
using System.Threading;
using AnalysisRunner.Config;
using AnalysisRunner.Toml;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace AnalysisRunner.Generators;

/// <summary>
/// Turns the schemas of a project into C# types, judges its config files, and lets a program know the commit that it was built from. Looks
/// at additional files and build properties only, never at code, so that editing code recomputes nothing.
/// </summary>
[Generator(LanguageNames.CSharp)]
public sealed class ConfigGenerator : IIncrementalGenerator
{
    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        // Internal types of ours exist in every project. Embedded, they do not meet where one project sees the internals of another.
        context.RegisterPostInitializationOutput(static output => output.AddEmbeddedAttributeDefinition());

        // Our files, by value: a save without a change ends here.
        IncrementalValuesProvider<InputFile> files = context.AdditionalTextsProvider
            .Combine(context.AnalyzerConfigOptionsProvider)
            .Select(static (pair, cancellation) => InputFileReader.Read(pair.Left, pair.Right, cancellation))
            .Where(static file => file is not null)
            .Select(static (file, _) => file!)
            .WithTrackingName(TrackingNames.InputFiles);

        IncrementalValueProvider<ProjectOptions> project = context.AnalyzerConfigOptionsProvider
            .Select(static (options, _) => InputFileReader.ReadProject(options))
            .WithTrackingName(TrackingNames.ProjectOptions);

        // Each schema is parsed once per change of itself.
        IncrementalValueProvider<ImmutableArray<(InputFile File, SchemaFile Schema)>> schemas = files
            .Where(static file => file.Role is FileRole.Schema or FileRole.KnownSchema)
            .Select(static (file, cancellation) => Parse(file, cancellation))
            .WithTrackingName(TrackingNames.Schemas)
            .Collect();

        // A change of one schema rebuilds the small models of all; only the classes that differ are written again.
        IncrementalValuesProvider<ClassModel> classes = schemas.Combine(project)
            .SelectMany(static (pair, _) => ClassModelBuilder.Build([.. OwnSchemas(pair.Left)], pair.Right))
            .WithTrackingName(TrackingNames.Classes);

        IncrementalValueProvider<SchemaHolderModel> texts = schemas.Combine(project)
            .Select(static (pair, _) => HolderOf(pair.Left, pair.Right))
            .WithTrackingName(TrackingNames.SchemaTexts);

        IncrementalValuesProvider<DiagnosticModel> schemaDiagnostics = schemas
            .SelectMany(static (schemas, cancellation) => DiagnosticsBuilder.OfSchemas(schemas, cancellation))
            .WithTrackingName(TrackingNames.SchemaDiagnostics);

        IncrementalValuesProvider<DiagnosticModel> configDiagnostics = schemas
            .Combine(files.Where(static file => file.Role == FileRole.Config).Collect())
            .SelectMany(static (pair, cancellation) => DiagnosticsBuilder.OfConfig(pair.Left, pair.Right, cancellation))
            .WithTrackingName(TrackingNames.ConfigDiagnostics);

        context.RegisterSourceOutput(classes, static (output, model) => Add(output, model.HintName, ClassEmitter.Emit(model)));
        context.RegisterSourceOutput(texts, static (output, model) =>
        {
            if (model.Files.Count > 0) Add(output, SchemaHolderEmitter.HintName, SchemaHolderEmitter.Emit(model));
        });
        context.RegisterSourceOutput(project, static (output, options) =>
        {
            if (options.EmitsSourceRevision) Add(output, SourceRevisionEmitter.HintName, SourceRevisionEmitter.Emit());
        });
        context.RegisterSourceOutput(schemaDiagnostics, Report);
        context.RegisterSourceOutput(configDiagnostics, Report);
    }

    private static (InputFile File, SchemaFile Schema) Parse(InputFile file, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return (file, SchemaFile.Parse(TomlDocument.Parse(file.Text, file.Path)));
    }

    private static ImmutableArray<SchemaFile> OwnSchemas(ImmutableArray<(InputFile File, SchemaFile Schema)> schemas) =>
        [.. DiagnosticsBuilder.Ordered(schemas).Where(schema => schema.File.Role == FileRole.Schema).Select(schema => schema.Schema)];

    private static SchemaHolderModel HolderOf(ImmutableArray<(InputFile File, SchemaFile Schema)> schemas, ProjectOptions project)
    {
        // Without a class of its own a project has nobody to ask for the schemas.
        var texts = schemas.Any(schema => schema.File.Role == FileRole.Schema)
            ? DiagnosticsBuilder.Ordered(schemas).Select(schema => new SchemaTextModel(schema.File.ShownPath, schema.File.Text))
            : [];
        return new SchemaHolderModel(project.RootNamespace, !project.IsLibrary, new(texts));
    }

    private static void Add(SourceProductionContext output, string hintName, string text) =>
        output.AddSource(hintName, SourceText.From(text, Encoding.UTF8));

    private static void Report(SourceProductionContext output, DiagnosticModel problem) => output.ReportDiagnostic(
        Diagnostic.Create(AllDescriptors.For(problem.Code), Location.Create(problem.Path, problem.Span, problem.Lines), problem.Message));
}
