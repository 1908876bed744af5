using AnalysisRunner.Contracts;

namespace AnalysisRunner.Pipelines;

/// <summary>The line of pipeline code that called us, so that a misuse is reported where it was written.</summary>
internal readonly record struct CodeLine(string File, int Line)
{
    public Problem Problem(string code, string message) =>
        File.Length == 0 ? new Problem(code, message) : new Problem(code, message, File: File, Line: Line, Column: 1);

    public AnalysisRunnerException Fault(string code, string message) => new([Problem(code, message)]);
}
