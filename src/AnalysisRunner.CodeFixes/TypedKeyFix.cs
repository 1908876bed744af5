using System.Collections.Immutable;
using System.Composition;
using System.Linq;
using System.Threading.Tasks;
using AnalysisRunner.Generators;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace AnalysisRunner.CodeFixes;

/// <summary>AR5003: reads the property in place of the strings, where a value of the generated class is at hand and what is read is the same.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(TypedKeyFix)), Shared]
public sealed class TypedKeyFix : CodeFixProvider
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = [AnalyzerCodes.TypedKey];

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
            if (!diagnostic.Properties.TryGetValue(FixProperties.Class, out var name) || !diagnostic.Properties.TryGetValue(FixProperties.Members, out var members)
                || model.Compilation.GetTypeByMetadataName(name!) is not { } type
                || PropertyOf(type, members!) is not { } property
                || ReadAround(model, root, diagnostic) is not { Syntax: InvocationExpressionSyntax call } read
                || call.Expression is not MemberAccessExpressionSyntax access
                || !ConfigOrigin.IsOfTheRun(model, access.Expression, cancellation)) continue;
            foreach (var value in ValuesInScope.Of(model, call.SpanStart, type))
            {
                var source = ValuesInScope.NameOf(value);
                if (ConfigOrigin.IsOfTheRun(model, value, cancellation) && Reading(read, property, source + "." + members) is { } better)
                    await Replacement.OfferAsync(context, diagnostic, call, better, source).ConfigureAwait(false);
            }
        }
    }

    // Names of keys may be calls themselves (nameof), so the innermost call need not be the read.
    private static IInvocationOperation? ReadAround(SemanticModel model, SyntaxNode root, Diagnostic diagnostic) => root
        .FindNode(diagnostic.Location.SourceSpan).AncestorsAndSelf().OfType<InvocationExpressionSyntax>()
        .Select(call => model.GetOperation(call)).OfType<IInvocationOperation>()
        .FirstOrDefault(call => call.TargetMethod is { Name: "Get", TypeArguments.Length: 1 }
            && call.TargetMethod.ContainingType.ToDisplayString() == PipelineTypes.Config);

    /// <summary>The property at the end of a path that is never null on the way.</summary>
    private static IPropertySymbol? PropertyOf(ITypeSymbol type, string members)
    {
        IPropertySymbol? property = null;
        foreach (var name in members.Split('.'))
        {
            if (property is { NullableAnnotation: NullableAnnotation.Annotated }) return null;
            property = type.GetMembers(name).OfType<IPropertySymbol>().FirstOrDefault();
            if (property is null) return null;
            type = property.Type;
        }
        return property;
    }

    /// <summary>The code that reads the same; null where there is none.</summary>
    private static string? Reading(IInvocationOperation read, IPropertySymbol property, string path)
    {
        var wanted = read.TargetMethod.TypeArguments[0];
        var isNullable = property.NullableAnnotation == NullableAnnotation.Annotated;
        var type = property.Type is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable ? nullable.TypeArguments[0] : property.Type;
        if (!SymbolEqualityComparer.Default.Equals(type, wanted)) return null;
        var fallback = read.Arguments.FirstOrDefault(argument => argument.Parameter?.Name == "fallback")?.Value;
        // A key with a default is never absent to the property, so a fallback would mean something else.
        if (fallback is null) return isNullable ? null : path;
        return isNullable && fallback.ConstantValue is { HasValue: true, Value: not null } ? "(" + path + " ?? " + fallback.Syntax + ")" : null;
    }
}
