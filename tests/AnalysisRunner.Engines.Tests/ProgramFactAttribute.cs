using AnalysisRunner.Engines.Local.Isolation;

namespace AnalysisRunner.Engines.Tests;

/// <summary>A test that drives a program; skipped where the program is not installed.</summary>
public sealed class ProgramFactAttribute : FactAttribute
{
    public ProgramFactAttribute(string program)
    {
        if (Programs.Find(program) is null) Skip = $"{program} is not installed";
    }
}
