using AnalysisRunner.Contracts;

namespace AnalysisRunner.Pipelines;

/// <summary>A file that a job writes and others read. In a command it stands for its path, and using it is the dependency.</summary>
public sealed class ResourceFile
{
    internal ResourceFile(Job job, string name, CodeLine declaredAt)
    {
        (Job, Name, DeclaredAt) = (job, name, declaredAt);
        Path = $"{job.Directory}/{name}";
    }

    /// <summary>The job that writes it.</summary>
    public Job Job { get; }

    /// <summary>Its name within the job.</summary>
    public string Name { get; }

    /// <summary>Its path below <c>BATCH_TMPDIR</c>.</summary>
    public string Path { get; }

    /// <summary>The path as a shell reads it within double quotes.</summary>
    internal string Reference => $"${{{DriverEnvironment.BatchTemporaryDirectory}}}/{Shell.WithinDoubleQuotes(Path)}";

    internal CodeLine DeclaredAt { get; }

    /// <summary>Whether a command of its own job mentions it.</summary>
    internal bool IsWritten { get; set; }

    /// <summary>The path with its variable, for people; commands take the file itself.</summary>
    public override string ToString() => Reference;
}
