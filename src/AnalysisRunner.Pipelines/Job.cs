using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Pipelines.Commands;

namespace AnalysisRunner.Pipelines;

/// <summary>One job of a batch: a bash script with the resources that it needs. Every setter returns the job.</summary>
public sealed partial class Job
{
    private const int LongestSlug = 100;

    private readonly List<string> _commands = [];
    private readonly Dictionary<string, ResourceFile> _files = new(StringComparer.Ordinal);
    private readonly Dictionary<int, Job> _parents = [];

    internal Job(Batch batch, int id, string name, CodeLine createdAt)
    {
        (Batch, Id, Name, CreatedAt) = (batch, id, name, createdAt);
        Directory = string.Create(CultureInfo.InvariantCulture, $"{Slug(name)}-{id}");
    }

    /// <summary>The batch that it belongs to.</summary>
    public Batch Batch { get; }

    /// <summary>One-based position in the batch.</summary>
    public int Id { get; }

    /// <summary>The name shown to people.</summary>
    public string Name { get; }

    internal CodeLine CreatedAt { get; }

    /// <summary>The folder of its files, below <c>BATCH_TMPDIR</c>: ends with the id, so that no two jobs share one.</summary>
    internal string Directory { get; }

    internal IReadOnlyList<string> Commands => _commands;

    internal IReadOnlyCollection<ResourceFile> Files => _files.Values;

    /// <summary>The jobs it waits for.</summary>
    internal IReadOnlyDictionary<int, Job> Parents => _parents;

    /// <summary>A file that another job's command reads: <c>second.Command($"cat {first["out"]}")</c>.</summary>
    /// <param name="name">The name it was declared with by <see cref="Output"/>.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <exception cref="AnalysisRunnerException"><c>AR5101</c>: the job declares no such file.</exception>
    public ResourceFile this[string name, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0] =>
        name is not null && _files.TryGetValue(name, out var found)
            ? found
            : throw new CodeLine(file, line).Fault(
                PipelineCodes.FileNeverProduced,
                $"The job \"{Name}\" has no file \"{name}\" ({(_files.Count == 0 ? "it has none" : $"it has {string.Join(", ", _files.Keys.Select(known => $"\"{known}\""))}")}). Write it first, in a command with job.Output(\"{name}\").");

    /// <summary>A file that this job writes. The first use declares it, further uses mean the same file.</summary>
    /// <param name="name">A relative path, such as <c>out</c> or <c>calls/chr1.vcf</c>.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    public ResourceFile Output(string name, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        var at = Change(file, line);
        if (!OutputPrefix.TryParse(name, out var path, out var fault) || path.ToString() != name)
        {
            throw at.Fault(PipelineCodes.NameMalformed, $"\"{name}\" is not a name for a file of a job: it {fault ?? "ends with a slash"}. Give a relative path.");
        }
        if (!_files.TryGetValue(name, out var found)) _files.Add(name, found = new ResourceFile(this, name, at));
        return found;
    }

    /// <summary>
    /// Appends a bash script. Text is script as written. A value becomes exactly one word (a collection: one word each), whatever characters it has;
    /// do not put quotes around it. A file becomes its path, and the job that writes it becomes a parent. Several commands run one after the other;
    /// the first that fails ends the job.
    /// </summary>
    /// <param name="command">An interpolated string, as in <c>$"echo {greeting} &gt; {job.Output("out")}"</c>.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    public Job Command(CommandInterpolatedStringHandler command, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        var at = Change(file, line);
        var (script, files) = CommandText.Render(command.Pieces, at);
        foreach (var used in files) Use(used, at);
        if (!string.IsNullOrWhiteSpace(script)) _commands.Add(script);
        return this;
    }

    /// <summary>Makes this job wait for another although it uses no file of it.</summary>
    /// <param name="job">A job of the same batch.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    public Job DependsOn(Job job, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        ArgumentNullException.ThrowIfNull(job);
        var at = Change(file, line);
        EnsureSameBatch(job, at);
        _parents.TryAdd(job.Id, job);
        return this;
    }

    private void Use(ResourceFile used, CodeLine at)
    {
        EnsureSameBatch(used.Job, at);
        if (used.Job == this) used.IsWritten = true;
        else _parents.TryAdd(used.Job.Id, used.Job);
    }

    private void EnsureSameBatch(Job other, CodeLine at)
    {
        if (other.Batch != Batch)
        {
            throw at.Fault(
                PipelineCodes.ForeignJob,
                $"The job \"{other.Name}\" belongs to the batch \"{other.Batch.Name}\", not to \"{Batch.Name}\". Jobs depend on jobs of their own batch only; put both into one batch.");
        }
    }

    private CodeLine Change(string file, int line)
    {
        var at = new CodeLine(file, line);
        Batch.EnsureNotRun(at);
        return at;
    }

    /// <summary>Letters, digits and hyphens of the name, everything else as underscore.</summary>
    private static string Slug(string name)
    {
        var slug = new StringBuilder();
        foreach (var c in name)
        {
            if (slug.Length == LongestSlug) break;
            slug.Append(char.IsAsciiLetterOrDigit(c) || c == '-' ? c : '_');
        }
        return slug.Length == 0 ? "job" : slug.ToString().TrimStart('-') is { Length: > 0 } text ? text : "job";
    }
}
