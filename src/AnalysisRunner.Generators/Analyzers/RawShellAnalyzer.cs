using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace AnalysisRunner.Generators;

/// <summary>AR5004: a value goes into a script without quoting. A constant is what its author wrote, and so is fine.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class RawShellAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [PipelineDescriptors.RawShell];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(static start =>
        {
            if (start.Compilation.GetTypeByMetadataName(PipelineTypes.Shell) is not { } shell) return;
            start.RegisterOperationAction(operation => Check(operation, shell), OperationKind.Invocation);
        });
    }

    private static void Check(OperationAnalysisContext context, INamedTypeSymbol shell)
    {
        var call = (IInvocationOperation)context.Operation;
        if (!call.TargetMethod.Is(shell, "Raw") || call.Arguments.Length != 1) return;
        var script = call.Arguments[0].Value;
        if (!script.ConstantValue.HasValue)
            context.ReportDiagnostic(Diagnostic.Create(PipelineDescriptors.RawShell, script.Syntax.GetLocation()));
    }
}
