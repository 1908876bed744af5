using System.Collections.Immutable;
using System.Composition;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using AnalysisRunner.Generators;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace AnalysisRunner.CodeFixes;

/// <summary>AR5002: loads config without naming its variable, and reads the invocation's identifier from config.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(RunnerVariableFix)), Shared]
public sealed class RunnerVariableFix : CodeFixProvider
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = [AnalyzerCodes.RunnerVariable];

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        var cancellation = context.CancellationToken;
        if (await context.Document.GetSemanticModelAsync(cancellation).ConfigureAwait(false) is not { } model
            || await context.Document.GetSyntaxRootAsync(cancellation).ConfigureAwait(false) is not { } root) return;
        foreach (var diagnostic in context.Diagnostics)
        {
            if (root.FindNode(diagnostic.Location.SourceSpan).FirstAncestorOrSelf<InvocationExpressionSyntax>() is not { } read
                || VariableOf(model, read, cancellation) is not { } variable) continue;
            if (variable == "CPG_CONFIG_PATH" && LoadOf(model, read, cancellation) is { } load)
            {
                var better = load.Expression.WithoutTrivia() + "()";
                await Replacement.OfferAsync(context, diagnostic, load, better, "Load").ConfigureAwait(false);
            }
            if (variable != "ANALYSIS_RUNNER_AR_GUID" || model.Compilation.GetTypeByMetadataName(PipelineTypes.Config) is not { } config) continue;
            foreach (var source in ValuesInScope.Of(model, read.SpanStart, config)
                .Where(value => ConfigOrigin.IsOfTheRun(model, value, cancellation)).Select(ValuesInScope.NameOf))
                await Replacement.OfferAsync(context, diagnostic, read, source + ".Get<string?>([\"workflow\", \"ar-guid\"], null)", source).ConfigureAwait(false);
        }
    }

    private static string? VariableOf(SemanticModel model, InvocationExpressionSyntax read, CancellationToken cancellation) =>
        read.ArgumentList.Arguments.Count == 1 ? model.GetConstantValue(read.ArgumentList.Arguments[0].Expression, cancellation).Value as string : null;

    /// <summary>The call that loads exactly the files that the variable lists, of a type that can load them by itself.</summary>
    private static InvocationExpressionSyntax? LoadOf(SemanticModel model, InvocationExpressionSyntax read, CancellationToken cancellation)
    {
        ExpressionSyntax list = read;
        while (true)
        {
            switch (list.Parent)
            {
                case ParenthesizedExpressionSyntax or PostfixUnaryExpressionSyntax { RawKind: (int)SyntaxKind.SuppressNullableWarningExpression }:
                    list = (ExpressionSyntax)list.Parent;
                    continue;
                case MemberAccessExpressionSyntax { Name.Identifier.Text: "Split", Parent: InvocationExpressionSyntax split } when IsAtCommas(model, split, cancellation):
                    list = split;
                    continue;
                case ArgumentSyntax { Parent: ArgumentListSyntax { Arguments.Count: 1, Parent: InvocationExpressionSyntax load } }
                    when model.GetSymbolInfo(load, cancellation).Symbol is IMethodSymbol { Name: "Load", IsStatic: true } method && IsConfig(method.ContainingType)
                        && method.ContainingType.GetMembers("Load").OfType<IMethodSymbol>().Any(other => other.Parameters.IsEmpty):
                    return load;
                default:
                    return null;
            }
        }
    }

    private static bool IsAtCommas(SemanticModel model, InvocationExpressionSyntax split, CancellationToken cancellation) =>
        split.ArgumentList.Arguments.FirstOrDefault() is { } separator
        && model.GetConstantValue(separator.Expression, cancellation).Value is ',' or ",";

    private static bool IsConfig(INamedTypeSymbol type) => type.ToDisplayString() == PipelineTypes.Config
        || type.GetAttributes().Any(attribute => attribute.AttributeClass?.Name == "GeneratedCodeAttribute"
            && attribute.ConstructorArguments.FirstOrDefault().Value is "AnalysisRunner.Generators");
}
