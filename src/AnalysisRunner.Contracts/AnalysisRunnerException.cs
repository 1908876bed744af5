namespace AnalysisRunner.Contracts;

/// <summary>Thrown when something is refused or impossible for reasons that a user can act on; carries every reason at once.</summary>
public sealed class AnalysisRunnerException : Exception
{
    /// <summary>All the reasons, most basic first; never empty.</summary>
    public IReadOnlyList<Problem> Problems { get; }

    /// <summary>Creates the exception for one reason.</summary>
    public AnalysisRunnerException(string code, string message, Exception? inner = null)
        : this([new Problem(code, message)], inner)
    {
    }

    /// <summary>Creates the exception for several reasons.</summary>
    public AnalysisRunnerException(IReadOnlyList<Problem> problems, Exception? inner = null)
        : base(string.Join(Environment.NewLine, problems), inner)
    {
        ArgumentOutOfRangeException.ThrowIfZero(problems.Count);
        Problems = problems;
    }
}
