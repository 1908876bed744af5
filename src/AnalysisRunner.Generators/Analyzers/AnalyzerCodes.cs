namespace AnalysisRunner.Generators;

/// <summary>The codes of the analyzers for pipeline code; <c>docs/diagnostics</c> has a page for each.</summary>
internal static class AnalyzerCodes
{
    internal const string BucketInCode = "AR5001";
    internal const string RunnerVariable = "AR5002";
    internal const string TypedKey = "AR5003";
    internal const string RawShell = "AR5004";
}
