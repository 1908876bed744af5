using System.Runtime.CompilerServices;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Pipelines.Hosting;

namespace AnalysisRunner.Pipelines;

/// <summary>From the description to the run.</summary>
public sealed partial class Batch
{
    private readonly List<BatchHandle> _runs = [];
    private readonly int _order;
    private int _handedOver;

    /// <summary>Whether <c>hail.dry_run</c> of the config asks for plans only.</summary>
    internal bool PlansOnly { get; set; }

    /// <summary>
    /// Checks the whole batch and hands it over: to the server under whose invocation this program runs, otherwise to an engine in this process, which
    /// then does not exit before the batch has ended. Called again, it takes the jobs that were added since; those that wait for jobs of an earlier
    /// run are handed over when that has succeeded.
    /// </summary>
    /// <param name="wait">Whether to wait until the batch has ended; it must have succeeded then.</param>
    /// <param name="dryRun">Whether to print the plan and hand nothing over. The batch can be run afterwards.</param>
    /// <param name="cancellation">Ends the waiting, not the batch.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <exception cref="AnalysisRunnerException">The batch is malformed (all problems at once), was refused, or did not succeed.</exception>
    public async Task<BatchHandle> RunAsync(
        bool wait = true, bool dryRun = false, CancellationToken cancellation = default,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        var at = new CodeLine(file, line);
        Check(at);
        _host.Warn(_warnings);
        if (dryRun || PlansOnly)
        {
            var plan = BatchPlan.Of(this, _handedOver);
            _host.Show(plan);
            return BatchHandle.OfPlan(plan, at);
        }

        var (before, outputs) = (_handedOver, _outputs.ToArray());
        var waitsForEarlier = WaitsForEarlierRun();
        _handedOver = _jobs.Count;
        _outputs.Clear();
        _warnings.Clear();
        if (waitsForEarlier)
        {
            foreach (var earlier in _runs) await earlier.EnsureSucceededAsync(cancellation).ConfigureAwait(false);
        }
        var handle = await _host.SubmitAsync(this, before, outputs, at, cancellation).ConfigureAwait(false);
        _runs.Add(handle);
        if (wait) await handle.EnsureSucceededAsync(cancellation).ConfigureAwait(false);
        return handle;
    }

    /// <summary>Checks the batch and tells what <see cref="RunAsync"/> would hand over.</summary>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <exception cref="AnalysisRunnerException">The batch is malformed (all problems at once).</exception>
    public BatchPlan Plan([CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        Check(new CodeLine(file, line));
        return BatchPlan.Of(this, _handedOver);
    }

    /// <summary>What the config that it was created with says about the engine of a program that runs alone; null without such a config.</summary>
    internal ConfiguredEngine? EngineSettings { get; private init; }

    internal bool IsHandedOver(Job job) => job.Id <= _handedOver;

    /// <summary>The number of the run that comes next, from 1 on.</summary>
    internal int NextRun => _runs.Count + 1;

    /// <summary>The position of this batch among those of the same name in this program.</summary>
    internal int Order => _order;

    internal IReadOnlyDictionary<string, string> Attributes => _attributes;

    internal int? FailuresToCancel => _cancelAfterFailures;

    internal IReadOnlyList<JobGroup> Groups => _groups;

    internal IReadOnlyList<(ResourceFile File, string Destination)> Outputs => _outputs;

    internal CodeLine? ForwardEdge(Job child, Job parent) => _forwardEdges.TryGetValue((child.Id, parent.Id), out var at) ? at : null;

    internal bool HasForwardEdges => _forwardEdges.Count > 0;

    private bool WaitsForEarlierRun()
    {
        for (var i = _handedOver; _handedOver > 0 && i < _jobs.Count; i++)
        {
            if (_jobs[i].Parents is [var first, ..] && first <= _handedOver) return true;
        }
        return false;
    }

    private void Check(CodeLine at)
    {
        if (_jobs.Count == _handedOver && !_outputs.Exists(output => output.File.Producer is null))
        {
            throw _handedOver > 0
                ? at.Fault(PipelineCodes.BatchAlreadyRun, $"The batch \"{Name}\" was run already, and no job was added since. Add jobs with NewJob, or create another batch.")
                : at.Fault(PipelineCodes.EmptyBatch, $"The batch \"{Name}\" has no jobs. Add some with NewJob before it is run.");
        }
        if (BatchChecks.Problems(this, _handedOver) is { Count: > 0 } problems) throw new AnalysisRunnerException(problems);
    }
}
