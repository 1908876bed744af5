using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace AnalysisRunner.Generators;

/// <summary>AR5020: a job is given a lambda, an instance method or a local function with variables around it, which no other process can find.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class MethodJobAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [PipelineDescriptors.MethodJob];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(static start =>
        {
            if (start.Compilation.GetTypeByMetadataName(PipelineTypes.Job) is not { } job) return;
            start.RegisterOperationAction(operation => Check(operation, job), OperationKind.Invocation);
        });
    }

    private static void Check(OperationAnalysisContext context, INamedTypeSymbol job)
    {
        var call = (IInvocationOperation)context.Operation;
        if (!call.TargetMethod.Is(job, "Run") || call.Arguments.FirstOrDefault(argument => argument.Parameter?.Ordinal == 0)?.Value is not { } given) return;
        while (given is IConversionOperation { Operand: var inner }) given = inner;
        // A variable of a delegate type may hold anything; the check at run time sees what.
        if (given is not IDelegateCreationOperation creation) return;
        var fault = creation.Target switch
        {
            IAnonymousFunctionOperation => "a lambda, a part of the method around it",
            IMethodReferenceOperation { Method: { IsStatic: false, MethodKind: not MethodKind.LocalFunction } } => "an instance method, whose object is not there",
            IMethodReferenceOperation { Method: { MethodKind: MethodKind.LocalFunction, IsStatic: false } local } when Captures(local, call) =>
                "a local function that uses variables of the method around it",
            _ => null,
        };
        if (fault is not null) context.ReportDiagnostic(Diagnostic.Create(PipelineDescriptors.MethodJob, given.Syntax.GetLocation(), given.Syntax.ToString(), fault));
    }

    private static bool Captures(IMethodSymbol function, IInvocationOperation call) =>
        call.SemanticModel is { } model
        && function.DeclaringSyntaxReferences.FirstOrDefault() is { } declaration
        && declaration.SyntaxTree == model.SyntaxTree
        && model.AnalyzeDataFlow(BodyOf(declaration.GetSyntax())) is { Succeeded: true } flow
        && (flow.DataFlowsIn.Concat(flow.ReadInside).Concat(flow.WrittenInside)).Any(variable =>
            variable is IParameterSymbol { IsThis: true } || !IsInside(variable, function));

    private static bool IsInside(ISymbol variable, IMethodSymbol function)
    {
        for (var owner = variable.ContainingSymbol; owner is not null; owner = owner.ContainingSymbol)
        {
            if (SymbolEqualityComparer.Default.Equals(owner, function)) return true;
        }
        // Fields and static members are everywhere; what has no owner in a method is no local variable.
        return variable.Kind is not (SymbolKind.Local or SymbolKind.Parameter);
    }

    private static SyntaxNode BodyOf(SyntaxNode function)
    {
        var declared = (LocalFunctionStatementSyntax)function;
        return (SyntaxNode?)declared.Body ?? declared.ExpressionBody!.Expression;
    }
}
