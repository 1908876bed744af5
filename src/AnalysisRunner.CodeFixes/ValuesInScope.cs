using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace AnalysisRunner.CodeFixes;

/// <summary>The values of a type that code at some place can name.</summary>
internal static class ValuesInScope
{
    /// <summary>Locals first, then parameters, then members. Whether the code may use them there is for the compiler to say.</summary>
    internal static IEnumerable<ISymbol> Of(SemanticModel model, int position, INamedTypeSymbol type) => model.LookupSymbols(position)
        .Where(symbol => SymbolEqualityComparer.Default.Equals(TypeOf(symbol), type) && !IsDeclaredAfter(symbol, position))
        .OrderBy(symbol => symbol.Kind switch { SymbolKind.Local => 0, SymbolKind.Parameter => 1, _ => 2 })
        .ThenBy(symbol => symbol.Name, System.StringComparer.Ordinal);

    /// <summary>How code names a symbol.</summary>
    internal static string NameOf(ISymbol symbol) => SyntaxFacts.GetKeywordKind(symbol.Name) == SyntaxKind.None ? symbol.Name : "@" + symbol.Name;

    private static ITypeSymbol? TypeOf(ISymbol symbol) => symbol switch
    {
        ILocalSymbol local => local.Type,
        IParameterSymbol parameter => parameter.Type,
        IFieldSymbol field => field.Type,
        IPropertySymbol { IsIndexer: false, GetMethod: not null } property => property.Type,
        _ => null,
    };

    private static bool IsDeclaredAfter(ISymbol symbol, int position) =>
        symbol is ILocalSymbol && symbol.Locations.Any(location => location.SourceSpan.Start > position);
}
