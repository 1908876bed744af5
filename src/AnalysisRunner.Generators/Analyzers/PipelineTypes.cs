using Microsoft.CodeAnalysis;

namespace AnalysisRunner.Generators;

/// <summary>The types by which the analyzers know pipeline code.</summary>
internal static class PipelineTypes
{
    internal const string Config = "AnalysisRunner.Pipelines.AnalysisConfig";
    internal const string Job = "AnalysisRunner.Pipelines.Job";
    internal const string Shell = "AnalysisRunner.Pipelines.Shell";

    internal static bool Is(this IMethodSymbol method, INamedTypeSymbol type, string name) =>
        method.Name == name && SymbolEqualityComparer.Default.Equals(method.ContainingType, type);
}
