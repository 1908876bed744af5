using Microsoft.CodeAnalysis;

namespace AnalysisRunner.Generators;

/// <summary>What the analyzers report in pipeline code: advice is a warning at most; what cannot work is an error. Severities are changed in <c>.globalconfig</c>.</summary>
internal static class PipelineDescriptors
{
    private const string Category = "AnalysisRunner.Pipelines";

    /// <summary>A bucket is named in code. Format: the bucket.</summary>
    internal static readonly DiagnosticDescriptor BucketInCode = new(
        AnalyzerCodes.BucketInCode, "A bucket is named in code",
        "\"{0}\" is a bucket named in code, so this code works for one dataset and one access level only. Use AnalysisConfig.DatasetPath or OutputPath, or read the path from config.",
        Category, DiagnosticSeverity.Warning, isEnabledByDefault: true, helpLinkUri: "docs/diagnostics/AR5001.md");

    /// <summary>A variable of the runner is read where config has the value. Format: the variable; what to use instead.</summary>
    internal static readonly DiagnosticDescriptor RunnerVariable = new(
        AnalyzerCodes.RunnerVariable, "A variable of the runner is read",
        "The environment variable \"{0}\" is between the runner and its libraries, not for pipeline code. {1}.",
        Category, DiagnosticSeverity.Warning, isEnabledByDefault: true, helpLinkUri: "docs/diagnostics/AR5002.md");

    /// <summary>A key is read by strings although a schema types it. Format: the key; the file of the schema; the type; the typed expression.</summary>
    internal static readonly DiagnosticDescriptor TypedKey = new(
        AnalyzerCodes.TypedKey, "A config key is read by strings although a schema types it",
        "\"{0}\" is declared by \"{1}\" as {2}, but is read by strings, which no compiler checks. Read it as {3}.",
        Category, DiagnosticSeverity.Warning, isEnabledByDefault: true, helpLinkUri: "docs/diagnostics/AR5003.md");

    /// <summary>A value goes into a script without quoting.</summary>
    internal static readonly DiagnosticDescriptor RawShell = new(
        AnalyzerCodes.RawShell, "A value goes into a script without quoting",
        "Shell.Raw puts this value into the script as code: whoever chooses the value runs what they like. Give it to the command as it is, so that it is quoted.",
        Category, DiagnosticSeverity.Info, isEnabledByDefault: true, helpLinkUri: "docs/diagnostics/AR5004.md");

    /// <summary>A job is given what is no static method. Format: the expression; what it is.</summary>
    internal static readonly DiagnosticDescriptor MethodJob = new(
        "AR5020", "A job is given what is no static method",
        "\"{0}\" is {1}; the job is another process and cannot find it. Give a static method by its name, and values as its arguments.",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: "docs/diagnostics/AR5020.md");
}
