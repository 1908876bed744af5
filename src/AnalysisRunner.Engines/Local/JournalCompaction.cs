using AnalysisRunner.Contracts;
using AnalysisRunner.Engines.Local.Processes;

namespace AnalysisRunner.Engines.Local;

/// <summary>
/// Leaves out of a journal what later records imply: the start of an attempt, and the request to stop it, once its end is known. What remains gives the
/// same state. A journal with damage is left alone: it is evidence.
/// </summary>
internal static class JournalCompaction
{
    /// <summary>A journal that is shorter is read quickly anyway.</summary>
    public const int FewestLines = 1000;

    /// <summary>Compacts the journal file of a batch that nobody writes, when that is worth it. A crash in between leaves the old or the new one.</summary>
    public static void Apply(BatchFolder folder, BatchSpec spec)
    {
        var content = Journal.Read(folder.JournalFile);
        if (content.Damaged > 0 || content.Lines.Count < FewestLines) return;
        var kept = Compact(spec, content.Lines);
        if (kept.Count > content.Lines.Count / 4 * 3) return;
        var draft = folder.JournalFile + ".new";
        using (var file = Disk.CreatePrivate(draft))
        {
            foreach (var line in kept) file.Write(Journal.Line(content.Lines[line]));
            file.Flush(flushToDisk: true);
        }
        File.Move(draft, folder.JournalFile, overwrite: true);
        Disk.FlushFolder(folder.Path);
    }

    /// <summary>The places of the lines that remain, in their order.</summary>
    public static IReadOnlyList<int> Compact(BatchSpec spec, IReadOnlyList<string> lines)
    {
        var run = new BatchRun(spec);
        var dropped = new bool[lines.Count];
        var open = new Dictionary<int, (List<int> Lines, int Cancellations)>();
        for (var i = 0; i < lines.Count; i++)
        {
            var record = JournalRecord.Read(lines[i]);
            switch (record)
            {
                case AttemptStarted started:
                    open[started.Job] = ([i], run.Cancellations);
                    break;
                case AttemptStopRequested stop when open.TryGetValue(stop.Job, out var attempt):
                    attempt.Lines.Add(i);
                    break;
                case AttemptEnded ended when open.Remove(ended.Job, out var attempt) && attempt.Cancellations == run.Cancellations:
                    // Not across a cancellation: a job that had not started by then would have been cancelled by it.
                    foreach (var line in attempt.Lines) dropped[line] = true;
                    break;
                case AttemptVoided voided:
                    open.Remove(voided.Job);
                    break;
            }
            // What contradicts the state changed nothing, and would change nothing again.
            if (record is null || !run.Apply(record)) dropped[i] = true;
        }
        return [.. Enumerable.Range(0, lines.Count).Where(i => !dropped[i])];
    }
}
