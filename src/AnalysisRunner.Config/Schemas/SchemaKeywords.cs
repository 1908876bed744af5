using System;
using System.Collections.Generic;
using System.Linq;

namespace AnalysisRunner.Config;

/// <summary>Which keywords exist, and which go with which type.</summary>
internal static class SchemaKeywords
{
    internal static readonly IReadOnlyList<string> OfSections = ["description", "optional", "deprecated"];

    internal static readonly IReadOnlyList<string> OfHeader = ["name", "namespace", "description"];

    private static readonly string[] OfAll = ["type", "description", "optional", "default", "deprecated", "examples"];
    private static readonly string[] OfItems = ["type", "description"];
    private static readonly string[] OfText = ["enum", "pattern", "minLength", "maxLength"];
    private static readonly string[] OfNumbers = ["enum", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"];
    private static readonly string[] OfArrays = ["items", "minItems", "maxItems", "uniqueItems"];

    private static readonly HashSet<string> Known =
        new(OfAll.Concat(OfText).Concat(OfNumbers).Concat(OfArrays), StringComparer.Ordinal);

    internal static bool Exists(string keyword) => Known.Contains(keyword);

    /// <summary>The keywords of a type; items have neither default nor name of their own.</summary>
    internal static IEnumerable<string> Of(SchemaType type, bool isItem)
    {
        var common = isItem ? OfItems : type == SchemaType.Table ? OfAll.Where(k => k is not ("default" or "examples")) : OfAll;
        return type switch
        {
            SchemaType.String or SchemaType.Path => common.Concat(OfText),
            SchemaType.Integer or SchemaType.Number => common.Concat(OfNumbers),
            SchemaType.Array => common.Concat(OfArrays),
            SchemaType.Map => common.Concat(["items"]),
            _ => common,
        };
    }
}
