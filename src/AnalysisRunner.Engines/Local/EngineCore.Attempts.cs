using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Engines.Local.Processes;

namespace AnalysisRunner.Engines.Local;

/// <summary>The lives of attempts, from their start to their end.</summary>
internal sealed partial class EngineCore
{
    private int _samples;
    private int _sampling;

    /// <summary>The attempts of earlier hosts whose end is not known yet.</summary>
    public Attempt[] Adopted() => [.. RunningAttempts().Where(attempt => attempt is { IsAdopted: true, IsFinishing: false })];

    /// <summary>The end of an attempt that an earlier host had started.</summary>
    public void AdoptedEnded(Attempt attempt, Finding finding)
    {
        attempt.IsFinishing = true;
        if (finding.Result is { Outcome: AttemptOutcome.Succeeded } && attempt.Job.Spec.OutputFiles.Count > 0) _ = Task.Run(Finish);
        else Finish();

        void Finish()
        {
            List<Attempt> starts = [];
            var result = finding.Result is { } found ? Deliver(attempt, found with { Usage = attempt.Sampled }) : (AttemptResult?)null;
            if (result is { Outcome: AttemptOutcome.Succeeded }) _execution.DeleteWork(attempt);
            lock (_gate) End(attempt, result, finding.At ?? Now, starts);
            Start(starts);
        }
    }

    private void Begin(LiveBatch batch, JobRun job, List<Attempt> starts)
    {
        var attempt = new Attempt(batch, job, job.LastAttempt + 1, Now) { OutOfMemoryCount = _execution.OutOfMemory.Known };
        Record(batch, new AttemptStarted(attempt.StartedAt, job.Spec.Id, attempt.Number));
        batch.Running.Add(job.Spec.Id, attempt);
        _slots.Occupy(batch, job.Spec);
        _underWay++;
        starts.Add(attempt);
        Publish(batch);
    }

    private void Start(List<Attempt> starts)
    {
        foreach (var attempt in starts) _threads.Start(attempt);
    }

    /// <summary>The life of one attempt, on a thread of its own; returns an attempt that can start now that this one has ended.</summary>
    private Attempt? Run(Attempt attempt)
    {
        List<Attempt> starts = [];
        IJobProcess? process = null;
        var result = _slots.Refuse(attempt.Job.Spec) is { } tooLarge ? EndedAttempt.TooLarge(tooLarge) : (AttemptResult?)null;
        try
        {
            if (result is null && IsWanted(attempt))
            {
                _execution.Prepare(attempt);
                if (attempt.Transfer is null || IsWanted(attempt)) process = _execution.Start(attempt);
            }
        }
        catch (OperationCanceledException)
        {
            // Its stop is recorded, or the engine closes and its successor begins again.
        }
        catch (TransferFailedException e)
        {
            result = EndedAttempt.NotTransferred(e.Message, exitCode: null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            result = EndedAttempt.NotStarted(e.Message);
        }
        lock (_gate)
        {
            Leave();
            attempt.Process = process;
            attempt.ScriptStartedAt = Now;
            if (process is not null && attempt.Job.Stop is not null) Terminate(attempt);
            else if (process is not null) SetTimeLimit(attempt);
        }
        if (process is not null)
        {
            process.Wait();
            // From here on nobody signals it any more, so it may be reaped.
            var killAt = Read(() => (attempt.Process = null, attempt.KillAt).KillAt);
            result = Deliver(attempt, _execution.Finish(attempt, process, killAt));
            if (result is { Outcome: AttemptOutcome.Succeeded }) _execution.DeleteWork(attempt);
        }
        lock (_gate) End(attempt, result ?? EndedAttempt.NotStarted("it was stopped before its start."), Now, starts);
        foreach (var next in starts.Skip(1)) _threads.Start(next);
        return starts.FirstOrDefault();
    }

    private bool IsWanted(Attempt attempt) => Read(() => attempt.Job.Stop is null && !_closed);

    private AttemptResult Deliver(Attempt attempt, AttemptResult result)
    {
        if (result.Outcome != AttemptOutcome.Succeeded || attempt.Job.Spec.OutputFiles.Count == 0) return result;
        lock (_gate)
        {
            if (attempt.Job.Stop is not null || _closed) return result;
            // The time limit is for the script.
            RemoveDeadline(attempt);
            _underWay++;
        }
        try
        {
            return _execution.Deliver(attempt, result, () => Read(() => attempt.IsPublishing = attempt.Job.Stop is null && !_closed));
        }
        finally
        {
            lock (_gate) Leave();
        }
    }

    private void End(Attempt attempt, AttemptResult? result, DateTimeOffset at, List<Attempt> starts)
    {
        // After the end of the engine its successor finds the exit file; this engine's journal is closed.
        if (_closed) return;
        var (batch, job) = (attempt.Batch, attempt.Job);
        batch.Running.Remove(job.Spec.Id);
        _slots.Release(batch, job.Spec);
        RemoveDeadline(attempt);
        if (result is null) Record(batch, new AttemptVoided(at, job.Spec.Id, attempt.Number));
        else Record(batch, new AttemptEnded(at, job.Spec.Id, attempt.Number, job.Stop is { } cause ? EndedAttempt.Stopped(job.Spec, cause, result.Value) : result.Value, attempt.StartedAt));
        Changed(batch, starts);
    }

    /// <summary>Looks at what runs: at the growth of logs, and at what is used, of which the system does not tell all when it has ended.</summary>
    private void Sample()
    {
        const int LooksPerSample = 4;
        if (Interlocked.Exchange(ref _sampling, 1) == 1) return;
        try
        {
            _execution.OutOfMemory.Look();
            var running = RunningAttempts();
            foreach (var attempt in running) _execution.LimitLog(attempt);
            if (_samples++ % LooksPerSample != 0) return;
            Dictionary<int, Attempt> attempts = [];
            foreach (var attempt in running)
            {
                if ((attempt.Process?.Pid ?? attempt.Adopted?.Pid) is { } leader) attempts[leader] = attempt;
            }
            // What has ended since the last look is in the numbers of nobody any more.
            if (attempts.Count > 0)
                foreach (var (leader, now) in _processes.Sample(attempts.Keys.ToHashSet())) attempts[leader].Sampled = ProcessUsage.Most(attempts[leader].Sampled, now);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _options.Report?.Invoke(new Problem(EngineCodes.StateFolderUnusable, $"A running job cannot be looked at: {e.Message}"));
        }
        finally
        {
            Volatile.Write(ref _sampling, 0);
        }
    }
}
