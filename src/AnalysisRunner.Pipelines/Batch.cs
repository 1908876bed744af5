using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using AnalysisRunner.Config;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Pipelines.Hosting;

namespace AnalysisRunner.Pipelines;

/// <summary>
/// A set of jobs that run together. Describe the jobs, then call <see cref="RunAsync"/>. Misuse throws <see cref="AnalysisRunnerException"/> with an
/// <c>AR51</c> code and the line of the pipeline code. Not thread-safe.
/// </summary>
public sealed partial class Batch
{
    private readonly List<Job> _jobs = [];
    private readonly List<JobGroup> _groups = [];
    private readonly Dictionary<string, string> _attributes = new(StringComparer.Ordinal);
    private readonly Dictionary<(int Child, int Parent), CodeLine> _forwardEdges = [];
    private readonly List<Problem> _warnings = [];
    private readonly BatchHost _host;
    private int? _cancelAfterFailures;

    private Batch(string name, BatchHost host, CodeLine at)
    {
        (Name, _host) = (name, host);
        if (string.IsNullOrWhiteSpace(name) || OneLine.HasControls(name))
        {
            throw at.Fault(PipelineCodes.NameMalformed, $"\"{name}\" is not a name for a batch: give it some visible characters in one line.");
        }
        Defaults = new BatchDefaults(name);
        _order = host.NextOrder(name);
    }

    /// <summary>The name shown to people.</summary>
    public string Name { get; }

    /// <summary>The jobs so far, in creation order.</summary>
    public IReadOnlyList<Job> Jobs => _jobs;

    /// <summary>The settings that jobs begin with when they are created.</summary>
    public BatchDefaults Defaults { get; }

    /// <summary>What is allowed but perhaps not meant; printed when the batch is run.</summary>
    public IReadOnlyList<Problem> Warnings => _warnings;

    /// <summary>Starts a batch whose jobs see the config of this program, the files of <c>CPG_CONFIG_PATH</c>.</summary>
    /// <param name="name">The name shown to people; not empty.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    public static Batch Create(string name, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        new(name, BatchHost.Current, new CodeLine(file, line));

    /// <summary>
    /// Starts a batch that obeys the run's config: what its section <c>hail</c> says by <c>default_timeout</c>, <c>default_memory</c>,
    /// <c>cancel_after_n_failures</c> and <c>dry_run</c>, and, where no server runs it, its section <c>batch</c>.
    /// </summary>
    /// <param name="name">The name shown to people; not empty.</param>
    /// <param name="config">The class that a schema of the program generates, or the config by keys (<see cref="AnalysisConfig"/>).</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <exception cref="Config.ConfigException">A value of the section cannot be read.</exception>
    public static Batch Create(string name, IAnalysisConfig config, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        Create(name, config, BatchHost.Current, new CodeLine(file, line));

    internal static Batch Create(string name, BatchHost host, CodeLine line = default) =>
        new(name, host, line == default ? new CodeLine("", 0) : line);

    internal static Batch Create(string name, IAnalysisConfig config, BatchHost host, CodeLine line)
    {
        var byKeys = AnalysisConfig.Of(config);
        var batch = new Batch(name, host, line) { EngineSettings = ConfiguredEngine.Read(byKeys) };
        ConfiguredDefaults.Apply(batch, byKeys, line);
        return batch;
    }

    /// <summary>Adds a job.</summary>
    /// <param name="name">The name shown to people; names need not differ.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    public Job NewJob(string name = "", [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) => Add(null, name, new CodeLine(file, line));

    /// <summary>Adds a group of jobs that are cancelled together.</summary>
    /// <param name="name">The name shown to people; names need not differ.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    public JobGroup NewJobGroup(string name, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        AddGroup(null, name, new CodeLine(file, line));

    /// <summary>The jobs whose names match from their beginning on, in creation order. Jobs without a name never do.</summary>
    /// <param name="pattern">A regular expression: <c>foo</c> finds <c>foo1</c>, not <c>a foo</c>.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <exception cref="AnalysisRunnerException"><c>AR5109</c>: the pattern is no regular expression.</exception>
    public IReadOnlyList<Job> SelectJobs(string pattern, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        try
        {
            var regex = new Regex($@"\A(?:{pattern})", RegexOptions.CultureInvariant);
            return [.. _jobs.Where(job => job.Name.Length > 0 && regex.IsMatch(job.Name))];
        }
        catch (RegexParseException e)
        {
            throw new CodeLine(file, line).Fault(PipelineCodes.NameMalformed, $"\"{pattern}\" is not a regular expression for names of jobs: {e.Message}");
        }
    }

    /// <summary>Cancels the rest of the batch, what runs included, after this many jobs failed; never unless set. What always runs is left alone.</summary>
    /// <param name="failures">At least 1.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <exception cref="AnalysisRunnerException"><c>AR5105</c>: it is less than 1.</exception>
    public Batch CancelAfterFailures(int failures, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        _cancelAfterFailures = failures >= 1
            ? failures
            : throw new CodeLine(file, line).Fault(PipelineCodes.QuantityMalformed, string.Create(CultureInfo.InvariantCulture, $"\"{failures}\" failures cannot end the batch \"{Name}\"; give 1 or more."));
        return this;
    }

    /// <summary>Keeps a name and a value with the batch, for people and filters.</summary>
    /// <param name="name">Not empty, and not one that the runner sets.</param>
    /// <param name="value">Any text.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <exception cref="AnalysisRunnerException"><c>AR5109</c>: it cannot be an attribute.</exception>
    public Batch Attribute(string name, string value, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        AttributeName.Check(name, value, new CodeLine(file, line));
        _attributes[name] = value;
        return this;
    }

    internal Job Add(JobGroup? group, string name, CodeLine at)
    {
        if (name is null || OneLine.HasControls(name)) throw at.Fault(PipelineCodes.NameMalformed, $"\"{name}\" is not a name for a job: it must be one line of text.");
        var job = new Job(this, group, _jobs.Count + 1, name, at, Defaults.Values);
        _jobs.Add(job);
        return job;
    }

    internal JobGroup AddGroup(JobGroup? parent, string name, CodeLine at)
    {
        if (string.IsNullOrWhiteSpace(name) || OneLine.HasControls(name)) throw at.Fault(PipelineCodes.NameMalformed, $"\"{name}\" is not a name for a group of jobs: it must be one line of text.");
        var group = new JobGroup(this, parent, _groups.Count + 1, name);
        _groups.Add(group);
        return group;
    }

    internal void Warn(Problem warning) => _warnings.Add(warning);

    internal void NoteForwardEdge(Job child, Job parent, CodeLine at) => _forwardEdges.TryAdd((child.Id, parent.Id), at);
}
