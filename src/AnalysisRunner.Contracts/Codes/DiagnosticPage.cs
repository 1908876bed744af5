namespace AnalysisRunner.Contracts.Codes;

/// <summary>Where the page of a code is found; the one place that knows.</summary>
public static class DiagnosticPage
{
    /// <summary>The page's path in the source repository, which is also its path in the packages that carry the documentation.</summary>
    public static string For(string code) => $"docs/diagnostics/{code}.md";
}
