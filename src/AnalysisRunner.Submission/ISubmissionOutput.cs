namespace AnalysisRunner.Submission;

/// <summary>Where a submission tells the user what happens. Lines arrive without control characters and may come from several threads.</summary>
public interface ISubmissionOutput
{
    /// <summary>Writes one line.</summary>
    void WriteLine(string line);
}
