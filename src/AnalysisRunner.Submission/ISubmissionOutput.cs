namespace AnalysisRunner.Submission;

/// <summary>Where a submission tells the user what happens. Lines arrive without control characters and may come from several threads.</summary>
public interface ISubmissionOutput
{
    /// <summary>Writes one line.</summary>
    void WriteLine(string line);

    /// <summary>Writes one line of what was asked for, rather than of how it goes.</summary>
    void WriteResult(string line) => WriteLine(line);
}
