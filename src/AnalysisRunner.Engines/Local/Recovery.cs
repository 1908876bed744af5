using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Engines.Local.Processes;

namespace AnalysisRunner.Engines.Local;

/// <summary>Finds out, from its files and its process alone, what became of an attempt whose host is gone (design §6).</summary>
internal sealed class Recovery(LocalEngineOptions options, IJobProcesses processes, AttemptExecution execution)
{
    /// <summary>A batch as the files tell it: the attempts that still run are in <see cref="LiveBatch.Running"/>. Null when it cannot be read.</summary>
    public LiveBatch? Load(BatchFolder folder)
    {
        var batch = new LiveBatch(folder);
        try
        {
            if (folder.ReadSummary() is { } summary)
            {
                batch.End(summary);
                return batch;
            }
            var (run, content) = folder.Load();
            if (content.Damaged > 0)
            {
                options.Report?.Invoke(new Problem(EngineCodes.JournalDamaged,
                    $"{content.Damaged} records of the journal of batch \"{run.Spec.Key}\" are damaged and were skipped; what they told is taken from the files of the attempts. Check the disk.",
                    File: folder.JournalFile));
            }
            else
            {
                JournalCompaction.Apply(folder, run.Spec);
                content = content with { ValidLength = Math.Min(content.ValidLength, new FileInfo(folder.JournalFile).Length) };
            }
            batch.Begin(run, Journal.Open(folder.JournalFile, content.ValidLength));
            Reconcile(batch, run);
            return batch;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            batch.Journal?.Dispose();
            options.Report?.Invoke(new Problem(EngineCodes.BatchUnreadable,
                $"The batch in \"{folder.Path}\" cannot be read: {e.Message} It is left as it is and nothing of it runs. Repair or remove the folder.", File: folder.Path));
            return null;
        }
    }

    /// <summary>What became of an attempt. An answer that it has ended, or never ran, is final.</summary>
    public Finding Examine(Attempt attempt)
    {
        var folder = attempt.Folder;
        while (true)
        {
            var claim = folder.ReadClaim();
            switch (claim.State)
            {
                case ClaimState.Void:
                    return Finding.NeverRan;
                case ClaimState.None when folder.TryVoid():
                    return Finding.NeverRan;
                case ClaimState.None:
                    // A wrapper was faster.
                    continue;
                case ClaimState.Partial when processes.IsScriptRunning(folder.Script) == true:
                    return new(FindingKind.Running, null, null, null);
                case ClaimState.Partial when folder.ReadClaim().State != ClaimState.Partial:
                    continue;
                case ClaimState.Partial:
                    return Finding.Ended(EndedAttempt.Lost(rebooted: false), null);
            }
            var alive = processes.IsAlive(claim.Process!);
            if (alive == true) return new(FindingKind.Running, claim.Process, null, null);
            // Read after the look at the process: it may have ended in between, and then the file is there.
            processes.StopRemains(claim.Process!);
            execution.EndRemains(attempt);
            if (folder.ReadExit() is { } exit) return Finding.Ended(execution.Judge(attempt, exit.Code, null), exit.At);
            return Finding.Ended(alive is null ? EndedAttempt.Unknown() : EndedAttempt.Lost(claim.Process!.Boot != processes.Boot), null);
        }
    }

    private void Reconcile(LiveBatch batch, BatchRun run)
    {
        // Attempts that the journal does not know, because the machine lost power before it was on the disk, or because of damage: their folders do.
        var onDisk = batch.Folder.AttemptsOnDisk().ToArray();
        bool progress;
        do
        {
            progress = false;
            foreach (var (id, attempt) in onDisk)
            {
                if (id < 1 || id > run.Jobs.Length || run.Jobs[id - 1] is not { State: JobState.Ready } job || attempt <= job.LastAttempt) continue;
                Record(batch, run, new AttemptStarted(options.TimeProvider.GetUtcNow(), id, attempt));
                progress = true;
            }
            foreach (var job in run.Jobs)
            {
                if (job.State != JobState.Running || batch.Running.ContainsKey(job.Spec.Id)) continue;
                Resolve(batch, run, job);
                progress = true;
            }
        }
        while (progress);
    }

    private void Resolve(LiveBatch batch, BatchRun run, JobRun job)
    {
        var attempt = new Attempt(batch, job, job.LastAttempt, job.Last!.StartedAt) { IsAdopted = true, OutOfMemoryCount = execution.OutOfMemory.Known };
        var finding = Examine(attempt);
        // Deliveries take their time, which opening does not wait for.
        if (finding.Kind == FindingKind.Running || (finding.Result is { Outcome: AttemptOutcome.Succeeded } && job.Stop is null && job.Spec.OutputFiles.Count > 0))
        {
            attempt.Adopted = finding.Process;
            attempt.ScriptStartedAt = attempt.Folder.ReadClaim().At ?? attempt.StartedAt;
            batch.Running.Add(job.Spec.Id, attempt);
            return;
        }
        var at = finding.At ?? options.TimeProvider.GetUtcNow();
        if (finding.Result is not { } result) Record(batch, run, new AttemptVoided(at, job.Spec.Id, attempt.Number));
        else Record(batch, run, new AttemptEnded(at, job.Spec.Id, attempt.Number, job.Stop is { } cause ? EndedAttempt.Stopped(job.Spec, cause, result) : result, attempt.StartedAt));
    }

    private static void Record(LiveBatch batch, BatchRun run, JournalRecord record)
    {
        batch.Journal!.Append(record.Write(), keep: false);
        run.Apply(record);
    }
}

/// <summary>What is known of an attempt whose host is gone.</summary>
/// <param name="Kind">Where it is.</param>
/// <param name="Process">Who runs it, when it runs and its claim is whole.</param>
/// <param name="Result">How it ended; null when it runs or never ran.</param>
/// <param name="At">When it ended, when that is known.</param>
internal sealed record Finding(FindingKind Kind, ProcessIdentity? Process, AttemptResult? Result, DateTimeOffset? At)
{
    /// <summary>The script never ran and never will.</summary>
    public static readonly Finding NeverRan = new(FindingKind.NeverRan, null, null, null);

    /// <summary>It ran and has ended.</summary>
    public static Finding Ended(AttemptResult result, DateTimeOffset? at) => new(FindingKind.Ended, null, result, at);
}

/// <summary>Where an attempt is whose host is gone.</summary>
internal enum FindingKind
{
    /// <summary>The script never ran and never will.</summary>
    NeverRan,

    /// <summary>It runs.</summary>
    Running,

    /// <summary>It ran and has ended.</summary>
    Ended,
}
