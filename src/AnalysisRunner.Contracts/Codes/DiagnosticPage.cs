namespace AnalysisRunner.Contracts.Codes;

/// <summary>Where the page of a code is found; the one place that knows.</summary>
public static class DiagnosticPage
{
    /// <summary>The page's path in the source repository, and below the folder of the <c>analysis-runner</c> program, which brings the pages.</summary>
    public static string For(string code) => $"docs/diagnostics/{code}.md";
}
