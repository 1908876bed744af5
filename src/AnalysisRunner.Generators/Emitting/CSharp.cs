using System.Globalization;
using System.Linq;
using AnalysisRunner.Config;
using AnalysisRunner.Toml;
using Microsoft.CodeAnalysis.CSharp;

namespace AnalysisRunner.Generators;

/// <summary>How values, names and types are written in C#. The only place where text of a schema becomes code.</summary>
internal static class CSharp
{
    /// <summary>A string literal; line separators and control characters are escaped.</summary>
    internal static string Literal(string text) => SymbolDisplay.FormatLiteral(text, quote: true);

    /// <summary>A verbatim literal over several lines, for texts that should stay readable.</summary>
    internal static string Verbatim(string text) => "@\"" + text.Replace("\r\n", "\n").Replace("\"", "\"\"") + "\"";

    /// <summary>A literal for a value of TOML.</summary>
    internal static string Literal(TomlValue value, TypeKind kind) => kind switch
    {
        TypeKind.Integer => Number(value.AsInteger()) + "L",
        TypeKind.Number => NumberLiteral(value),
        TypeKind.Boolean => value.AsBoolean() ? "true" : "false",
        TypeKind.DateTime => DateTime(value.AsOffsetDateTime()),
        TypeKind.Date => "new global::System.DateOnly(" + Number(value.AsLocalDate().Year) + ", " + Number(value.AsLocalDate().Month) + ", "
            + Number(value.AsLocalDate().Day) + ")",
        TypeKind.Time => "new global::System.TimeOnly(" + Number(DateTimeValues.Ticks(value.AsLocalTime())) + "L)",
        TypeKind.Duration => "new global::System.TimeSpan("
            + Number(DurationText.TryParse(value.AsString(), out var duration) ? duration.Ticks : 0) + "L)",
        _ => Literal(value.AsString()),
    };

    internal static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>A namespace whose parts may be keywords.</summary>
    internal static string Namespace(string name) => string.Join(".", name.Split('.').Select(Identifier));

    /// <summary>What precedes the full name of a type in a namespace.</summary>
    internal static string Scope(string @namespace) => "global::" + (@namespace.Length == 0 ? "" : Namespace(@namespace) + ".");

    /// <summary>An identifier that may be a keyword.</summary>
    internal static string Identifier(string name) =>
        SyntaxFacts.GetKeywordKind(name) != SyntaxKind.None || SyntaxFacts.GetContextualKeywordKind(name) != SyntaxKind.None ? "@" + name
            : name;

    internal static string TypeName(TypeModel type) => type.Kind switch
    {
        TypeKind.Text => "string",
        TypeKind.Integer => "long",
        TypeKind.Number => "double",
        TypeKind.Boolean => "bool",
        TypeKind.DateTime => "global::System.DateTimeOffset",
        TypeKind.Date => "global::System.DateOnly",
        TypeKind.Time => "global::System.TimeOnly",
        TypeKind.Duration => "global::System.TimeSpan",
        TypeKind.Array => "global::System.Collections.Generic.IReadOnlyList<" + TypeName(type.Items!) + ">",
        TypeKind.Map => "global::System.Collections.Generic.IReadOnlyDictionary<string, " + TypeName(type.Items!) + ">",
        _ => type.Name!,
    };

    /// <summary>The array type of some items.</summary>
    internal static string ArrayOf(TypeModel items) => TypeName(items) + "[]";

    // The text of a TOML float, without its underscores, is one of C#: no rounding, and the same on every machine.
    private static string NumberLiteral(TomlValue value)
    {
        if (value.Kind == TomlKind.Integer) return Number(value.AsInteger()) + "d";
        var number = value.AsFloat();
        if (double.IsNaN(number)) return "double.NaN";
        if (double.IsInfinity(number)) return number > 0 ? "double.PositiveInfinity" : "double.NegativeInfinity";
        return value.RawText.Replace("_", "").TrimStart('+') + "d";
    }

    private static string DateTime(TomlOffsetDateTime moment)
    {
        var value = DateTimeValues.ToDateTimeOffset(moment);
        return "new global::System.DateTimeOffset(" + Number(value.Ticks) + "L, new global::System.TimeSpan(" + Number(value.Offset.Ticks)
            + "L))";
    }
}
