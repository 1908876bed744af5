using Microsoft.CodeAnalysis;

namespace AnalysisRunner.Generators;

/// <summary>What the compiler can report: mistakes in config files. Severities are changed in <c>.globalconfig</c> or by <c>NoWarn</c>.</summary>
internal static class ConfigDescriptors
{
    /// <summary>Unknown config key. Format: the message of the problem.</summary>
    internal static readonly DiagnosticDescriptor UnknownKey = new(
        "AR4101", "Unknown config key", "{0}", "AnalysisRunner.Config", DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: "docs/diagnostics/AR4101.md");

    /// <summary>Missing config key. Format: the message of the problem.</summary>
    internal static readonly DiagnosticDescriptor MissingKey = new(
        "AR4102", "Missing config key", "{0}", "AnalysisRunner.Config", DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: "docs/diagnostics/AR4102.md");

    /// <summary>A config value has the wrong type. Format: the message of the problem.</summary>
    internal static readonly DiagnosticDescriptor WrongType = new(
        "AR4103", "A config value has the wrong type", "{0}", "AnalysisRunner.Config", DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: "docs/diagnostics/AR4103.md");

    /// <summary>A config value is out of range. Format: the message of the problem.</summary>
    internal static readonly DiagnosticDescriptor OutOfRange = new(
        "AR4104", "A config value is out of range", "{0}", "AnalysisRunner.Config", DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: "docs/diagnostics/AR4104.md");

    /// <summary>A config value does not match its pattern. Format: the message of the problem.</summary>
    internal static readonly DiagnosticDescriptor PatternMismatch = new(
        "AR4105", "A config value does not match its pattern", "{0}", "AnalysisRunner.Config", DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: "docs/diagnostics/AR4105.md");

    /// <summary>A config value is not one of those allowed. Format: the message of the problem.</summary>
    internal static readonly DiagnosticDescriptor NotInEnum = new(
        "AR4106", "A config value is not one of those allowed", "{0}", "AnalysisRunner.Config", DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: "docs/diagnostics/AR4106.md");

    /// <summary>A config value is too short or too long. Format: the message of the problem.</summary>
    internal static readonly DiagnosticDescriptor WrongLength = new(
        "AR4107", "A config value is too short or too long", "{0}", "AnalysisRunner.Config", DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: "docs/diagnostics/AR4107.md");

    /// <summary>An item occurs twice. Format: the message of the problem.</summary>
    internal static readonly DiagnosticDescriptor DuplicateItem = new(
        "AR4108", "An item occurs twice", "{0}", "AnalysisRunner.Config", DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: "docs/diagnostics/AR4108.md");

    /// <summary>A config key is deprecated. Format: the message of the problem.</summary>
    internal static readonly DiagnosticDescriptor Deprecated = new(
        "AR4109", "A config key is deprecated", "{0}", "AnalysisRunner.Config", DiagnosticSeverity.Warning, isEnabledByDefault: true, helpLinkUri: "docs/diagnostics/AR4109.md");

    /// <summary>A config value is malformed. Format: the message of the problem.</summary>
    internal static readonly DiagnosticDescriptor MalformedText = new(
        "AR4110", "A config value is malformed", "{0}", "AnalysisRunner.Config", DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: "docs/diagnostics/AR4110.md");

    /// <summary>A config file sets a protected key. Format: the message of the problem.</summary>
    internal static readonly DiagnosticDescriptor ProtectedKey = new(
        "AR4150", "A config file sets a protected key", "{0}", "AnalysisRunner.Config", DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: "docs/diagnostics/AR4150.md");
}
