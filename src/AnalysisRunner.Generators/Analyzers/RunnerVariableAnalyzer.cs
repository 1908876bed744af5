using System;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace AnalysisRunner.Generators;

/// <summary>AR5002: a variable of the runner is read where config has the value.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class RunnerVariableAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [PipelineDescriptors.RunnerVariable];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(static start =>
        {
            if (start.Compilation.GetTypeByMetadataName("System.Environment") is not { } environment) return;
            var hasConfig = start.Compilation.GetTypeByMetadataName(PipelineTypes.Config) is not null
                || start.Options.AdditionalFiles.Any(file => InputFileReader.IsSchema(file, start.Options.AnalyzerConfigOptionsProvider));
            if (hasConfig) start.RegisterOperationAction(operation => Check(operation, environment), OperationKind.Invocation);
        });
    }

    private static void Check(OperationAnalysisContext context, INamedTypeSymbol environment)
    {
        var call = (IInvocationOperation)context.Operation;
        if (!call.TargetMethod.Is(environment, "GetEnvironmentVariable")) return;
        var argument = call.Arguments.FirstOrDefault(argument => argument.Parameter?.Ordinal == 0);
        if (argument?.Value.ConstantValue.Value is string name && Remedy(name) is { } remedy)
            context.ReportDiagnostic(Diagnostic.Create(PipelineDescriptors.RunnerVariable, argument.Syntax.GetLocation(), name, remedy));
    }

    private static string? Remedy(string name) => name switch
    {
        "CPG_CONFIG_PATH" => "Load config with the Load() of the class that your schema generates, or with AnalysisConfig.Load()",
        "ANALYSIS_RUNNER_AR_GUID" => "Read \"workflow.ar-guid\" from config",
        "ANALYSIS_RUNNER_URL" or "ANALYSIS_RUNNER_TOKEN" or "ANALYSIS_RUNNER_TOKEN_FILE" => "Batch.RunAsync finds the runner by itself",
        _ when name.StartsWith("CPG_", StringComparison.Ordinal) || name.StartsWith("ANALYSIS_RUNNER_", StringComparison.Ordinal) =>
            "Declare a key in a schema and read it from config, which is recorded with the invocation",
        _ => null,
    };
}
