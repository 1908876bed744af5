using System.Diagnostics;
using AnalysisRunner.Contracts;

namespace AnalysisRunner.Pipelines;

/// <summary>The line of pipeline code that called us, so that a misuse is reported where it was written.</summary>
internal readonly record struct CodeLine(string File, int Line)
{
    /// <summary>The line that called into this assembly, for members whose last parameter is a list, after which the compiler fills in nothing.</summary>
    public static CodeLine OfCaller()
    {
        foreach (var frame in new StackTrace(skipFrames: 1, fNeedFileInfo: true).GetFrames())
        {
            if (frame.GetMethod()?.Module != typeof(CodeLine).Module) return new CodeLine(frame.GetFileName() ?? "", frame.GetFileLineNumber());
        }
        return new CodeLine("", 0);
    }

    public Problem Problem(string code, string message) =>
        File.Length == 0 ? new Problem(code, message) : new Problem(code, message, File: File, Line: Line, Column: 1);

    public AnalysisRunnerException Fault(string code, string message) => new([Problem(code, message)]);
}
