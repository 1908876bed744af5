using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace AnalysisRunner.CodeFixes;

/// <summary>
/// Where a config value comes from. Two of them can stand for one another if nothing shows that they were read from different files: what is loaded in
/// sight must be what the runner gave, and what comes from elsewhere (a parameter, say) is taken to be the config of the run.
/// </summary>
internal static class ConfigOrigin
{
    /// <summary>Whether an expression can be the config of the run.</summary>
    internal static bool IsOfTheRun(SemanticModel model, ExpressionSyntax config, CancellationToken cancellation) =>
        IsLoad(model, config, cancellation) || (model.GetSymbolInfo(config, cancellation).Symbol is { } symbol && IsOfTheRun(model, symbol, cancellation));

    /// <summary>Whether a value can be the config of the run.</summary>
    internal static bool IsOfTheRun(SemanticModel model, ISymbol value, CancellationToken cancellation)
    {
        switch (value)
        {
            case IParameterSymbol: return true;
            case not (ILocalSymbol or IFieldSymbol or IPropertySymbol): return false;
        }
        var root = model.SyntaxTree.GetRoot(cancellation);
        var given = root.DescendantNodes().OfType<AssignmentExpressionSyntax>()
            .Where(assignment => SymbolEqualityComparer.Default.Equals(model.GetSymbolInfo(assignment.Left, cancellation).Symbol, value))
            .Select(assignment => assignment.Right)
            .Concat(value.DeclaringSyntaxReferences.Where(reference => reference.SyntaxTree == model.SyntaxTree)
                .Select(reference => InitialiserOf(reference.GetSyntax(cancellation))).OfType<ExpressionSyntax>());
        return given.All(expression => IsLoad(model, expression, cancellation) || model.GetSymbolInfo(expression, cancellation).Symbol is IParameterSymbol);
    }

    private static ExpressionSyntax? InitialiserOf(SyntaxNode declaration) => declaration switch
    {
        VariableDeclaratorSyntax variable => variable.Initializer?.Value,
        PropertyDeclarationSyntax property => property.Initializer?.Value ?? property.ExpressionBody?.Expression,
        _ => null,
    };

    private static bool IsLoad(SemanticModel model, ExpressionSyntax expression, CancellationToken cancellation) =>
        expression is InvocationExpressionSyntax call
        && model.GetSymbolInfo(call, cancellation).Symbol is IMethodSymbol { Name: "Load", IsStatic: true, Parameters.Length: 0 };
}
