namespace AnalysisRunner.Submission.Tests;

/// <summary>A test that needs the git program.</summary>
internal sealed class GitFactAttribute : FactAttribute
{
    public GitFactAttribute()
    {
        if (ProgramPath.Find("git") is null) Skip = "git is not installed";
    }
}

/// <summary>A table of cases that needs the git program.</summary>
internal sealed class GitTheoryAttribute : TheoryAttribute
{
    public GitTheoryAttribute()
    {
        if (ProgramPath.Find("git") is null) Skip = "git is not installed";
    }
}

/// <summary>A test that starts processes that leave their session, as POSIX systems have it.</summary>
internal sealed class PosixFactAttribute : FactAttribute
{
    public PosixFactAttribute()
    {
        if (OperatingSystem.IsWindows()) Skip = "needs POSIX sessions";
    }
}
