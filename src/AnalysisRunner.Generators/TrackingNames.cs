namespace AnalysisRunner.Generators;

/// <summary>The names of the generator's steps, by which tests see what was recomputed.</summary>
internal static class TrackingNames
{
    internal const string InputFiles = nameof(InputFiles);
    internal const string ProjectOptions = nameof(ProjectOptions);
    internal const string Schemas = nameof(Schemas);
    internal const string Classes = nameof(Classes);
    internal const string SchemaTexts = nameof(SchemaTexts);
    internal const string SchemaDiagnostics = nameof(SchemaDiagnostics);
    internal const string ConfigDiagnostics = nameof(ConfigDiagnostics);

    /// <summary>Of the other generator, which looks at references.</summary>
    internal const string UsesPipelines = nameof(UsesPipelines);

    internal static readonly string[] All = [InputFiles, ProjectOptions, Schemas, Classes, SchemaTexts, SchemaDiagnostics,
        ConfigDiagnostics];
}
