using System;
using System.Collections.Immutable;
using System.Composition;
using System.Linq;
using System.Text.RegularExpressions;
using System.Threading.Tasks;
using AnalysisRunner.Generators;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace AnalysisRunner.CodeFixes;

/// <summary>AR5001: asks config for the path, where a string is one in a dataset's storage and config is at hand.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(BucketInCodeFix)), Shared]
public sealed class BucketInCodeFix : CodeFixProvider
{
    // The names of buckets are dataset, namespace and category (analysis-runner spec §7). A dataset may have "-test-" in its own name.
    private static readonly Regex Bucket = new(
        "^gs://cpg-(?<dataset>[a-z][a-z0-9-]*?)-(?<namespace>main|test)(?:-(?<category>web|analysis|tmp|upload))?/", RegexOptions.CultureInvariant);

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = [AnalyzerCodes.BucketInCode];

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        var cancellation = context.CancellationToken;
        if (await context.Document.GetSemanticModelAsync(cancellation).ConfigureAwait(false) is not { } model
            || await context.Document.GetSyntaxRootAsync(cancellation).ConfigureAwait(false) is not { } root
            || model.Compilation.GetTypeByMetadataName(PipelineTypes.Config) is not { } config) return;
        foreach (var diagnostic in context.Diagnostics)
        {
            if (PathAt(root, diagnostic) is not ({ } path, { } suffix, { } bucket)) continue;
            foreach (var value in ValuesInScope.Of(model, path.SpanStart, config))
            {
                var source = ValuesInScope.NameOf(value);
                await Replacement.OfferAsync(context, diagnostic, path, source + ".DatasetPath(" + suffix + Arguments(bucket) + ")", source).ConfigureAwait(false);
            }
        }
    }

    /// <summary>The string that is a path as a whole, the code of its part below the bucket, and the bucket.</summary>
    private static (ExpressionSyntax? Path, string? Suffix, Match? Bucket) PathAt(SyntaxNode root, Diagnostic diagnostic)
    {
        switch (root.FindNode(diagnostic.Location.SourceSpan, getInnermostNodeForTie: true))
        {
            case LiteralExpressionSyntax literal when literal.Token.Value is string text && Bucket.Match(text) is { Success: true } bucket:
                var suffix = text.Substring(bucket.Length);
                return Stays(suffix) ? (literal, SymbolDisplay.FormatLiteral(suffix, quote: true), bucket) : default;
            case InterpolatedStringTextSyntax { Parent: InterpolatedStringExpressionSyntax whole } first
                when whole.Contents[0] == first && whole.StringStartToken.IsKind(SyntaxKind.InterpolatedStringStartToken)
                    && Bucket.Match(first.TextToken.Text) is { Success: true } bucket:
                var parts = whole.Contents.ToString().Substring(bucket.Length);
                return Stays(parts) ? (whole, whole.StringStartToken.Text + parts + whole.StringEndToken.Text, bucket) : default;
            default:
                return default;
        }
    }

    // DatasetPath refuses what could lead out of the storage; whatever resembles that is left to people.
    private static bool Stays(string suffix) =>
        !suffix.StartsWith("/", StringComparison.Ordinal) && !suffix.Any(c => char.IsControl(c) || c == '\\')
        && suffix.IndexOf("..", StringComparison.Ordinal) < 0 && suffix.IndexOf("://", StringComparison.Ordinal) < 0
        && suffix.IndexOf("%2e", StringComparison.OrdinalIgnoreCase) < 0;

    private static string Arguments(Match bucket) =>
        (bucket.Groups["category"].Success ? ", category: \"" + bucket.Groups["category"].Value + "\"" : "")
        + ", dataset: \"" + bucket.Groups["dataset"].Value + "\""
        + (bucket.Groups["namespace"].Value == "test" ? ", test: true" : "");
}
