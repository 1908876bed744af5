using AnalysisRunner.Contracts;

namespace AnalysisRunner.Pipelines;

/// <summary>Something that commands use by its path: a file or a group of files. Using it is the dependency (hail-batch spec §3.2, §3.3).</summary>
public abstract class Resource
{
    /// <summary>The folder of all resources as a shell reads it within double quotes.</summary>
    internal const string Folder = "${" + DriverEnvironment.BatchTemporaryDirectory + "}/";

    private protected Resource(Batch batch, Job? producer, string name, CodeLine declaredAt) =>
        (Batch, Producer, Name, DeclaredAt) = (batch, producer, name, declaredAt);

    /// <summary>The job that writes it; null for an input of the batch.</summary>
    public Job? Producer { get; }

    /// <summary>Its name within its job or group; for an input, the name of its file.</summary>
    public string Name { get; }

    /// <summary>Its path below <c>BATCH_TMPDIR</c>, with <c>/</c>.</summary>
    public abstract string Path { get; }

    internal Batch Batch { get; }

    internal CodeLine DeclaredAt { get; }

    /// <summary>Whether a command of any job mentions it: from then on its path is fixed.</summary>
    internal bool IsMentioned { get; set; }

    /// <summary>Whether a command of its own job mentions it, which is taken to write it.</summary>
    internal bool IsWritten { get; set; }

    /// <summary>The path as a shell reads it within double quotes.</summary>
    internal string Reference => string.Concat(Folder, Shell.WithinDoubleQuotes(Path));

    /// <summary>How messages name it.</summary>
    internal string Description => Producer is null ? $"input \"{Name}\"" : $"file \"{Name}\" of the job \"{Producer.Name}\"";

    /// <summary>The path with its variable, for people; commands take the resource itself.</summary>
    public override string ToString() => Reference;
}
