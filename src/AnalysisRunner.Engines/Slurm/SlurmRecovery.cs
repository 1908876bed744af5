using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Engines.Local;

namespace AnalysisRunner.Engines.Slurm;

/// <summary>Reads what an earlier host left. What became of its tasks meanwhile, the next look at the queue and at the files of the wrappers tells.</summary>
internal sealed class SlurmRecovery(SlurmEngineOptions options)
{
    /// <summary>A batch as its files tell it; null when it cannot be read.</summary>
    public SlurmBatch? Load(BatchFolder folder)
    {
        var live = new LiveBatch(folder);
        var batch = new SlurmBatch(live) { LastNumberOnDisk = SubmissionFiles.LastNumber(Path.Combine(folder.Path, "submissions")) };
        try
        {
            if (folder.ReadSummary() is { } summary)
            {
                live.End(summary);
                return batch;
            }
            var (run, content) = folder.Load();
            if (content.Damaged > 0)
            {
                options.Report?.Invoke(new Problem(EngineCodes.JournalDamaged,
                    $"{content.Damaged} records of the journal of batch \"{run.Spec.Key}\" are damaged and were skipped; what they told is taken from the files of the attempts. Check the disk.",
                    File: folder.JournalFile));
            }
            live.Begin(run, Journal.Open(folder.JournalFile, content.ValidLength));
            batch.Begin(run);
            foreach (var line in content.Lines) Take(batch, run, line);
            return batch;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException or FormatException)
        {
            live.Journal?.Dispose();
            options.Report?.Invoke(new Problem(EngineCodes.BatchUnreadable,
                $"The batch in \"{folder.Path}\" cannot be read: {e.Message} It is left as it is and nothing more of it is submitted. Repair or remove the folder.", File: folder.Path));
            return null;
        }
    }

    private static void Take(SlurmBatch batch, BatchRun run, string line)
    {
        if (Submitting.TryRead(line) is { } submitting)
        {
            var submission = batch.Add(new SlurmSubmission(submitting.Number, submitting.Dependencies), SubmissionFiles.Read(batch.SubmissionFolder, submitting.Number));
            foreach (var task in submission.Tasks)
            {
                task.State = StateOf(run, task);
                if (task.State == SlurmTaskState.Claimed) task.ArrayId = batch.Marks.ReadClaim(task.Job, task.Attempt)?.ArrayId;
            }
        }
        else if (Submitted.TryRead(line) is { } submitted && batch.Submissions.TryGetValue(submitted.Number, out var known))
        {
            known.ArrayId = submitted.ArrayId;
        }
        else if (SubmissionDropped.TryRead(line) is { } dropped && batch.Submissions.TryGetValue(dropped.Number, out var refused))
        {
            foreach (var task in refused.Tasks) task.State = SlurmTaskState.Failed;
        }
    }

    private static SlurmTaskState StateOf(BatchRun run, SlurmTask task)
    {
        if (task.Job < 1 || task.Job > run.Jobs.Length) throw new InvalidDataException($"The submission {task.Submission.Number} has a task of a job that the batch does not have.");
        var job = run.Jobs[task.Job - 1];
        for (var attempt = job.Last; attempt is not null; attempt = attempt.Previous)
        {
            if (attempt.Number != task.Attempt) continue;
            return attempt.Result is not { } result ? SlurmTaskState.Claimed : result.Outcome == AttemptOutcome.Succeeded ? SlurmTaskState.Succeeded : SlurmTaskState.Failed;
        }
        return job.IsFinal || task.Attempt <= job.LastAttempt ? SlurmTaskState.Failed : SlurmTaskState.Queued;
    }
}
