using Microsoft.CodeAnalysis;

namespace AnalysisRunner.Generators;

/// <summary>What the compiler can report: mistakes in schemas. Severities are changed in <c>.globalconfig</c> or by <c>NoWarn</c>.</summary>
internal static class SchemaDescriptors
{
    /// <summary>Unknown keyword in a schema. Format: the message of the problem.</summary>
    internal static readonly DiagnosticDescriptor UnknownKeyword = new(
        "AR3001", "Unknown keyword in a schema", "{0}", "AnalysisRunner.Schema", DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: "docs/diagnostics/AR3001.md");

    /// <summary>Unknown type in a schema. Format: the message of the problem.</summary>
    internal static readonly DiagnosticDescriptor UnknownType = new(
        "AR3002", "Unknown type in a schema", "{0}", "AnalysisRunner.Schema", DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: "docs/diagnostics/AR3002.md");

    /// <summary>A schema keyword has a value of the wrong type. Format: the message of the problem.</summary>
    internal static readonly DiagnosticDescriptor KeywordValue = new(
        "AR3003", "A schema keyword has a value of the wrong type", "{0}", "AnalysisRunner.Schema", DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: "docs/diagnostics/AR3003.md");

    /// <summary>A schema keyword does not go with the type. Format: the message of the problem.</summary>
    internal static readonly DiagnosticDescriptor KeywordNotForType = new(
        "AR3004", "A schema keyword does not go with the type", "{0}", "AnalysisRunner.Schema", DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: "docs/diagnostics/AR3004.md");

    /// <summary>A default does not fit its schema. Format: the message of the problem.</summary>
    internal static readonly DiagnosticDescriptor BadDefault = new(
        "AR3005", "A default does not fit its schema", "{0}", "AnalysisRunner.Schema", DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: "docs/diagnostics/AR3005.md");

    /// <summary>A pattern is not a regular expression. Format: the message of the problem.</summary>
    internal static readonly DiagnosticDescriptor BadPattern = new(
        "AR3006", "A pattern is not a regular expression", "{0}", "AnalysisRunner.Schema", DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: "docs/diagnostics/AR3006.md");

    /// <summary>No value can fit the bounds. Format: the message of the problem.</summary>
    internal static readonly DiagnosticDescriptor EmptyRange = new(
        "AR3007", "No value can fit the bounds", "{0}", "AnalysisRunner.Schema", DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: "docs/diagnostics/AR3007.md");

    /// <summary>Two keys become one C# name. Format: the message of the problem.</summary>
    internal static readonly DiagnosticDescriptor NameCollision = new(
        "AR3008", "Two keys become one C# name", "{0}", "AnalysisRunner.Schema", DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: "docs/diagnostics/AR3008.md");

    /// <summary>A reserved name in a schema. Format: the message of the problem.</summary>
    internal static readonly DiagnosticDescriptor ReservedName = new(
        "AR3009", "A reserved name in a schema", "{0}", "AnalysisRunner.Schema", DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: "docs/diagnostics/AR3009.md");

    /// <summary>A key is declared in two schemas. Format: the message of the problem.</summary>
    internal static readonly DiagnosticDescriptor DeclaredTwice = new(
        "AR3010", "A key is declared in two schemas", "{0}", "AnalysisRunner.Schema", DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: "docs/diagnostics/AR3010.md");

    /// <summary>An array or map without items. Format: the message of the problem.</summary>
    internal static readonly DiagnosticDescriptor ItemsMissing = new(
        "AR3011", "An array or map without items", "{0}", "AnalysisRunner.Schema", DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: "docs/diagnostics/AR3011.md");

    /// <summary>A class name or namespace is not valid C#. Format: the message of the problem.</summary>
    internal static readonly DiagnosticDescriptor BadClassName = new(
        "AR3012", "A class name or namespace is not valid C#", "{0}", "AnalysisRunner.Schema", DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: "docs/diagnostics/AR3012.md");

    /// <summary>A value of an enum does not fit or is listed twice. Format: the message of the problem.</summary>
    internal static readonly DiagnosticDescriptor BadEnum = new(
        "AR3013", "A value of an enum does not fit or is listed twice", "{0}", "AnalysisRunner.Schema", DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: "docs/diagnostics/AR3013.md");

    /// <summary>A key is optional and has a default. Format: the message of the problem.</summary>
    internal static readonly DiagnosticDescriptor OptionalWithDefault = new(
        "AR3014", "A key is optional and has a default", "{0}", "AnalysisRunner.Schema", DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: "docs/diagnostics/AR3014.md");

    /// <summary>A key clashes with one that the server knows. Format: the message of the problem.</summary>
    internal static readonly DiagnosticDescriptor BuiltInKey = new(
        "AR3015", "A key clashes with one that the server knows", "{0}", "AnalysisRunner.Schema", DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: "docs/diagnostics/AR3015.md");

    /// <summary>An example does not fit its schema. Format: the message of the problem.</summary>
    internal static readonly DiagnosticDescriptor BadExample = new(
        "AR3016", "An example does not fit its schema", "{0}", "AnalysisRunner.Schema", DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: "docs/diagnostics/AR3016.md");
}
