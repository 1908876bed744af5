namespace AnalysisRunner.Submission.Tests;

/// <summary>Well-formed values for tests that are about something else.</summary>
internal static class Some
{
    public static SubmissionOptions Options(TestRepository repository) => new()
    {
        ProjectFile = repository.Project,
        Dataset = "fewgenomes",
        AccessLevel = "test",
        Configuration = "Debug",
    };
}

/// <summary>Keeps what was written.</summary>
internal sealed class RecordedOutput : ISubmissionOutput
{
    private readonly List<string> _lines = [];

    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lines) return [.. _lines];
        }
    }

    public void WriteLine(string line)
    {
        lock (_lines) _lines.Add(line);
    }
}
