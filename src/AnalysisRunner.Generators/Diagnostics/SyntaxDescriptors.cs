using Microsoft.CodeAnalysis;

namespace AnalysisRunner.Generators;

/// <summary>What the compiler can report: mistakes in TOML syntax. Severities are changed in <c>.globalconfig</c> or by <c>NoWarn</c>.</summary>
internal static class SyntaxDescriptors
{
    /// <summary>The document is not UTF-8. Format: the message of the problem.</summary>
    internal static readonly DiagnosticDescriptor InvalidUtf8 = new(
        "AR4001", "The document is not UTF-8", "{0}", "AnalysisRunner.Toml", DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: "docs/diagnostics/AR4001.md");

    /// <summary>A control character that TOML does not allow. Format: the message of the problem.</summary>
    internal static readonly DiagnosticDescriptor ControlCharacter = new(
        "AR4002", "A control character that TOML does not allow", "{0}", "AnalysisRunner.Toml", DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: "docs/diagnostics/AR4002.md");

    /// <summary>A string is not closed. Format: the message of the problem.</summary>
    internal static readonly DiagnosticDescriptor UnterminatedString = new(
        "AR4003", "A string is not closed", "{0}", "AnalysisRunner.Toml", DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: "docs/diagnostics/AR4003.md");

    /// <summary>Unknown escape in a string. Format: the message of the problem.</summary>
    internal static readonly DiagnosticDescriptor BadEscape = new(
        "AR4004", "Unknown escape in a string", "{0}", "AnalysisRunner.Toml", DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: "docs/diagnostics/AR4004.md");

    /// <summary>Malformed number. Format: the message of the problem.</summary>
    internal static readonly DiagnosticDescriptor BadNumber = new(
        "AR4005", "Malformed number", "{0}", "AnalysisRunner.Toml", DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: "docs/diagnostics/AR4005.md");

    /// <summary>An integer does not fit in 64 bits. Format: the message of the problem.</summary>
    internal static readonly DiagnosticDescriptor IntegerOutOfRange = new(
        "AR4006", "An integer does not fit in 64 bits", "{0}", "AnalysisRunner.Toml", DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: "docs/diagnostics/AR4006.md");

    /// <summary>Malformed or non-existent date or time. Format: the message of the problem.</summary>
    internal static readonly DiagnosticDescriptor BadDateTime = new(
        "AR4007", "Malformed or non-existent date or time", "{0}", "AnalysisRunner.Toml", DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: "docs/diagnostics/AR4007.md");

    /// <summary>A key was expected. Format: the message of the problem.</summary>
    internal static readonly DiagnosticDescriptor ExpectedKey = new(
        "AR4008", "A key was expected", "{0}", "AnalysisRunner.Toml", DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: "docs/diagnostics/AR4008.md");

    /// <summary>An equals sign was expected. Format: the message of the problem.</summary>
    internal static readonly DiagnosticDescriptor ExpectedEquals = new(
        "AR4009", "An equals sign was expected", "{0}", "AnalysisRunner.Toml", DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: "docs/diagnostics/AR4009.md");

    /// <summary>A value was expected. Format: the message of the problem.</summary>
    internal static readonly DiagnosticDescriptor ExpectedValue = new(
        "AR4010", "A value was expected", "{0}", "AnalysisRunner.Toml", DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: "docs/diagnostics/AR4010.md");

    /// <summary>Something follows where the line should end. Format: the message of the problem.</summary>
    internal static readonly DiagnosticDescriptor ExpectedEndOfLine = new(
        "AR4011", "Something follows where the line should end", "{0}", "AnalysisRunner.Toml", DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: "docs/diagnostics/AR4011.md");

    /// <summary>An array is not closed. Format: the message of the problem.</summary>
    internal static readonly DiagnosticDescriptor ArrayNotClosed = new(
        "AR4012", "An array is not closed", "{0}", "AnalysisRunner.Toml", DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: "docs/diagnostics/AR4012.md");

    /// <summary>An inline table is not closed. Format: the message of the problem.</summary>
    internal static readonly DiagnosticDescriptor InlineTableNotClosed = new(
        "AR4013", "An inline table is not closed", "{0}", "AnalysisRunner.Toml", DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: "docs/diagnostics/AR4013.md");

    /// <summary>A table header is not closed. Format: the message of the problem.</summary>
    internal static readonly DiagnosticDescriptor HeaderNotClosed = new(
        "AR4014", "A table header is not closed", "{0}", "AnalysisRunner.Toml", DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: "docs/diagnostics/AR4014.md");

    /// <summary>A key is given twice. Format: the message of the problem.</summary>
    internal static readonly DiagnosticDescriptor DuplicateKey = new(
        "AR4015", "A key is given twice", "{0}", "AnalysisRunner.Toml", DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: "docs/diagnostics/AR4015.md");

    /// <summary>A table is defined twice. Format: the message of the problem.</summary>
    internal static readonly DiagnosticDescriptor RedefinedTable = new(
        "AR4016", "A table is defined twice", "{0}", "AnalysisRunner.Toml", DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: "docs/diagnostics/AR4016.md");

    /// <summary>A key leads through something that is closed. Format: the message of the problem.</summary>
    internal static readonly DiagnosticDescriptor NotExtensible = new(
        "AR4017", "A key leads through something that is closed", "{0}", "AnalysisRunner.Toml", DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: "docs/diagnostics/AR4017.md");

    /// <summary>TOML 1.1 syntax in a TOML 1.0 document. Format: the message of the problem.</summary>
    internal static readonly DiagnosticDescriptor NewerSyntax = new(
        "AR4018", "TOML 1.1 syntax in a TOML 1.0 document", "{0}", "AnalysisRunner.Toml", DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: "docs/diagnostics/AR4018.md");

    /// <summary>Tables or arrays nest too deep. Format: the message of the problem.</summary>
    internal static readonly DiagnosticDescriptor TooDeep = new(
        "AR4019", "Tables or arrays nest too deep", "{0}", "AnalysisRunner.Toml", DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: "docs/diagnostics/AR4019.md");

    /// <summary>The document is too long. Format: the message of the problem.</summary>
    internal static readonly DiagnosticDescriptor TooLong = new(
        "AR4020", "The document is too long", "{0}", "AnalysisRunner.Toml", DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: "docs/diagnostics/AR4020.md");

    /// <summary>Too many errors. Format: the message of the problem.</summary>
    internal static readonly DiagnosticDescriptor TooManyErrors = new(
        "AR4021", "Too many errors", "{0}", "AnalysisRunner.Toml", DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: "docs/diagnostics/AR4021.md");
}
