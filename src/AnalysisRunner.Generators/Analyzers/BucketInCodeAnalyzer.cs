using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;

namespace AnalysisRunner.Generators;

/// <summary>AR5001: a string with a bucket in it, in code that could ask for the path.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class BucketInCodeAnalyzer : DiagnosticAnalyzer
{
    // "gs://cpg-" before a hole is a bucket whose name is put together there. "s3://" alone is a prefix that somebody tests for.
    private static readonly Regex Bucket = new(
        @"(?<![A-Za-z0-9+.-])(?:gs://cpg-(?:[a-z0-9][a-z0-9._-]*|(?<open>\z))|s3://[a-z0-9][a-z0-9.-]+)", RegexOptions.CultureInvariant);

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [PipelineDescriptors.BucketInCode];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(static start =>
        {
            if (start.Compilation.GetTypeByMetadataName(PipelineTypes.Config) is null) return;
            start.RegisterSyntaxNodeAction(
                Check, SyntaxKind.StringLiteralExpression, SyntaxKind.Utf8StringLiteralExpression, SyntaxKind.InterpolatedStringText);
        });
    }

    private static void Check(SyntaxNodeAnalysisContext context)
    {
        var token = context.Node.GetFirstToken();
        foreach (Match match in Bucket.Matches(token.Text))
        {
            if (match.Groups["open"].Success && !IsBeforeHole(context.Node)) continue;
            // What attributes and refusals say is for people.
            if (context.Node.FirstAncestorOrSelf<SyntaxNode>(static node =>
                node is AttributeSyntax or ThrowStatementSyntax or ThrowExpressionSyntax) is not null) return;
            var span = new TextSpan(token.SpanStart + match.Index, match.Length);
            context.ReportDiagnostic(Diagnostic.Create(
                PipelineDescriptors.BucketInCode, Location.Create(context.Node.SyntaxTree, span), match.Value));
        }
    }

    private static bool IsBeforeHole(SyntaxNode text)
    {
        if (text.Parent is not InterpolatedStringExpressionSyntax whole || text is not InterpolatedStringTextSyntax part) return false;
        var next = whole.Contents.IndexOf(part) + 1;
        return next < whole.Contents.Count && whole.Contents[next] is InterpolationSyntax;
    }
}
