using System.Runtime.CompilerServices;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Pipelines.Hosting;

namespace AnalysisRunner.Pipelines;

/// <summary>
/// A set of jobs that run together. Describe the jobs, then call <see cref="RunAsync"/> once. Misuse throws <see cref="AnalysisRunnerException"/>
/// with an <c>AR51</c> code and the line of the pipeline code. Not thread-safe.
/// </summary>
public sealed class Batch
{
    private readonly List<Job> _jobs = [];
    private readonly Dictionary<string, string> _attributes = new(StringComparer.Ordinal);
    private readonly BatchHost _host;
    private readonly CodeLine _createdAt;
    private bool _hasRun;

    private Batch(string name, BatchHost host, CodeLine line)
    {
        (Name, _host, _createdAt) = (name, host, line);
        if (string.IsNullOrWhiteSpace(name) || name.Any(char.IsControl))
        {
            throw line.Fault(PipelineCodes.NameMalformed, $"\"{name}\" is not a name for a batch: give it some visible characters in one line.");
        }
    }

    /// <summary>The name shown to people.</summary>
    public string Name { get; }

    /// <summary>The jobs so far, in creation order.</summary>
    public IReadOnlyList<Job> Jobs => _jobs;

    /// <summary>Starts a batch.</summary>
    /// <param name="name">The name shown to people; not empty.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    public static Batch Create(string name, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        new(name, BatchHost.Current, new CodeLine(file, line));

    internal static Batch Create(string name, BatchHost host, CodeLine line = default) =>
        new(name, host, line == default ? new CodeLine("", 0) : line);

    /// <summary>Adds a job.</summary>
    /// <param name="name">The name shown to people; names need not differ.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    public Job NewJob(string name, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        var at = new CodeLine(file, line);
        EnsureNotRun(at);
        if (name is null || name.Any(char.IsControl)) throw at.Fault(PipelineCodes.NameMalformed, $"\"{name}\" is not a name for a job: it must be one line of text.");
        var job = new Job(this, _jobs.Count + 1, name, at);
        _jobs.Add(job);
        return job;
    }

    /// <summary>Keeps a name and a value with the batch, for people and filters.</summary>
    /// <param name="name">Not empty, and not <c>ar-guid</c>, which the invocation sets.</param>
    /// <param name="value">Any text.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    public Batch Attribute(string name, string value, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        var at = new CodeLine(file, line);
        EnsureNotRun(at);
        if (string.IsNullOrWhiteSpace(name) || name == BatchComposer.ArGuidAttribute || value is null)
        {
            throw at.Fault(PipelineCodes.NameMalformed, $"\"{name}\" cannot be an attribute: the name must not be empty or \"{BatchComposer.ArGuidAttribute}\", the value not null.");
        }
        _attributes[name] = value;
        return this;
    }

    /// <summary>
    /// Checks the whole batch and hands it over: to the server under whose invocation this program runs, otherwise to an engine in this process, which
    /// then does not exit before the batch has ended.
    /// </summary>
    /// <param name="wait">Whether to wait until the batch has ended; it must have succeeded then.</param>
    /// <param name="cancellation">Ends the waiting, not the batch.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <exception cref="AnalysisRunnerException">The batch is malformed (all problems at once), was refused, or did not succeed.</exception>
    public async Task<BatchHandle> RunAsync(
        bool wait = true, CancellationToken cancellation = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        var at = new CodeLine(file, line);
        EnsureNotRun(at);
        if (BatchComposer.Check(this, at) is { Count: > 0 } problems) throw new AnalysisRunnerException(problems);
        _hasRun = true;

        var handle = await _host.SubmitAsync(this, _attributes, cancellation).ConfigureAwait(false);
        if (!wait) return handle;

        var ended = await handle.WaitAsync(cancellation).ConfigureAwait(false);
        return ended.State == BatchState.Succeeded
            ? handle
            : throw at.Fault(PipelineCodes.BatchDidNotSucceed,
                $"The batch \"{Name}\" {ended.State.ToName()}: {ended.Reason ?? $"{ended.Jobs.Failed} of {ended.Jobs.Total} jobs failed"}. See {handle.Url ?? "the output above"}.");
    }

    internal void EnsureNotRun(CodeLine at)
    {
        if (_hasRun) throw at.Fault(PipelineCodes.BatchAlreadyRun, $"The batch \"{Name}\" was run already. Create another one for further jobs.");
    }

    internal CodeLine CreatedAt => _createdAt;
}
