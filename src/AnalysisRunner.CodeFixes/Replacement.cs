using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace AnalysisRunner.CodeFixes;

/// <summary>Offers one expression in place of another, if the code then compiles as before and the expression has the same type.</summary>
internal static class Replacement
{
    /// <summary>Offers the replacement, or nothing.</summary>
    /// <param name="context">Where to offer it.</param>
    /// <param name="diagnostic">What it mends.</param>
    /// <param name="found">The expression that is there.</param>
    /// <param name="better">The code in its place.</param>
    /// <param name="source">The value that the new code reads from: with it the fix is the same elsewhere.</param>
    internal static async Task OfferAsync(CodeFixContext context, Diagnostic diagnostic, ExpressionSyntax found, string better, string source)
    {
        if (await TryReplaceAsync(context.Document, found, better, context.CancellationToken).ConfigureAwait(false) is not { } changed) return;
        context.RegisterCodeFix(
            CodeAction.Create("Use '" + better + "'", _ => Task.FromResult(changed), equivalenceKey: diagnostic.Id + ":" + source), diagnostic);
    }

    private static async Task<Document?> TryReplaceAsync(Document document, ExpressionSyntax found, string better, CancellationToken cancellation)
    {
        if (await document.GetSyntaxRootAsync(cancellation).ConfigureAwait(false) is not { } root
            || await document.GetSemanticModelAsync(cancellation).ConfigureAwait(false) is not { } model) return null;
        var mark = new SyntaxAnnotation();
        var replaced = root.ReplaceNode(found, SyntaxFactory.ParseExpression(better).WithTriviaFrom(found).WithAdditionalAnnotations(mark));
        var changed = document.WithSyntaxRoot(replaced);
        if (await changed.GetSemanticModelAsync(cancellation).ConfigureAwait(false) is not { } changedModel) return null;
        var after = (await changedModel.SyntaxTree.GetRootAsync(cancellation).ConfigureAwait(false)).GetAnnotatedNodes(mark).Single();
        return SameType(model.GetTypeInfo(found, cancellation), changedModel.GetTypeInfo(after, cancellation))
            && NothingNew(Problems(model, cancellation), Problems(changedModel, cancellation)) ? changed : null;
    }

    // A string that becomes a command is quoted in one way, a string in it in another: what it is converted to counts as well.
    private static bool SameType(TypeInfo before, TypeInfo after) =>
        before.ConvertedType?.ToDisplayString() == after.ConvertedType?.ToDisplayString() && Plain(before.Type) == Plain(after.Type);

    private static string? Plain(ITypeSymbol? type) => type?.WithNullableAnnotation(NullableAnnotation.None).ToDisplayString();

    private static List<string> Problems(SemanticModel model, CancellationToken cancellation) =>
        [.. model.GetDiagnostics(cancellationToken: cancellation).Where(problem => problem.Severity >= DiagnosticSeverity.Warning).Select(problem => problem.Id)];

    private static bool NothingNew(List<string> before, List<string> after)
    {
        foreach (var problem in before) after.Remove(problem);
        return after.Count == 0;
    }
}
