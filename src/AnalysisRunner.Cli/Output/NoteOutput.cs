using AnalysisRunner.Submission;

namespace AnalysisRunner.Cli.Output;

/// <summary>A submission tells how it goes on the error stream; what it was asked for, such as the request of a dry run, is the result.</summary>
internal sealed class NoteOutput(Screen screen) : ISubmissionOutput
{
    private readonly Lock _turn = new();

    public void WriteLine(string line)
    {
        lock (_turn) screen.Note(line);
    }

    public void WriteResult(string line)
    {
        lock (_turn) screen.WriteLine(line);
    }
}

/// <summary>What a run writes is the result of following it.</summary>
internal sealed class ResultOutput(Screen screen) : ISubmissionOutput
{
    private readonly Lock _turn = new();

    public void WriteLine(string line)
    {
        lock (_turn) screen.WriteLine(line);
    }
}
