using AnalysisRunner.Engines.Local.Processes;

namespace AnalysisRunner.Engines.Local;

/// <summary>How attempts are made to end: by their time limit or by a cancellation, first asked and then forced.</summary>
internal sealed partial class EngineCore
{
    /// <summary>The claim of an adopted attempt was completed: from now on it can be stopped.</summary>
    public void Identified(Attempt attempt, ProcessIdentity? process)
    {
        lock (_gate)
        {
            attempt.Adopted = process;
            if (process is not null && attempt.Job.Stop is not null) Terminate(attempt);
        }
    }

    private void SetTimeLimit(Attempt attempt)
    {
        if (attempt.Job.Spec.Timeout is { } limit) SetDeadline(attempt, _deadlines.After(limit - (Now - attempt.ScriptStartedAt)));
    }

    private void RequestStop(Attempt attempt, StopCause cause)
    {
        Record(attempt.Batch, new AttemptStopRequested(Now, attempt.Job.Spec.Id, attempt.Number, cause));
        _ = attempt.Transfer?.CancelAsync();
        if (attempt.Process is not null || attempt.IsAdopted) Terminate(attempt);
    }

    private void SetDeadline(Attempt attempt, long due)
    {
        RemoveDeadline(attempt);
        attempt.Deadline = _deadlines.Add(attempt, due);
    }

    private void RemoveDeadline(Attempt attempt)
    {
        if (attempt.Deadline is { } deadline) _deadlines.Remove(deadline);
        attempt.Deadline = null;
    }

    private void Terminate(Attempt attempt)
    {
        attempt.KillAt = _deadlines.After(_options.KillGrace);
        Signal(attempt, force: false);
        SetDeadline(attempt, attempt.KillAt.Value);
    }

    private void StopDue()
    {
        lock (_gate)
        {
            if (_closed) return;
            foreach (var attempt in _deadlines.TakeDue())
            {
                if (attempt.Job.Stop is null) RequestStop(attempt, StopCause.TimedOut);
                else Signal(attempt, force: true);
            }
        }
    }

    private void Signal(Attempt attempt, bool force)
    {
        if (attempt.Process is { } process) _processes.Stop(process.Pid, force);
        else if (attempt.Adopted is { } adopted && _processes.IsAlive(adopted) == true) _processes.Stop(adopted.Pid, force);
    }
}
