using System.IO;
using System.Linq;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace AnalysisRunner.Generators;

/// <summary>Makes a program that uses the pipeline library report its errors as such, from its first line on.</summary>
[Generator(LanguageNames.CSharp)]
public sealed class ProgramGenerator : IIncrementalGenerator
{
    private const string Library = "AnalysisRunner.Pipelines.dll";

    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        // The names of references, not the compilation: editing code recomputes nothing.
        IncrementalValueProvider<bool> usesPipelines = context.MetadataReferencesProvider
            .Select(static (reference, _) => Path.GetFileName(reference.Display ?? "") == Library)
            .Collect()
            .Select(static (found, _) => found.Contains(true))
            .WithTrackingName(TrackingNames.UsesPipelines);

        IncrementalValueProvider<bool> isProgram = context.AnalyzerConfigOptionsProvider
            .Select(static (options, _) => !InputFileReader.ReadProject(options).IsLibrary);

        context.RegisterSourceOutput(usesPipelines.Combine(isProgram), static (output, project) =>
        {
            if (project is { Left: true, Right: true }) output.AddSource(ProgramEmitter.HintName, SourceText.From(ProgramEmitter.Emit(), Encoding.UTF8));
        });
    }
}
