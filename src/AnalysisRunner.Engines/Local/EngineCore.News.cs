using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Engines.Local;

/// <summary>How others hear of changes, and how an ended batch is put away.</summary>
internal sealed partial class EngineCore
{
    /// <summary>
    /// Lets the news of a batch out: an end at once, anything else with what else happens in the next moment. Waking a reader for each of a thousand short
    /// jobs would cost more than the jobs do.
    /// </summary>
    private void Publish(LiveBatch batch)
    {
        if (!_watchers.Any && batch.NextChange is null) return;
        if (batch.IsFinal)
        {
            _news.Remove(batch);
            Tell(batch);
        }
        else if (_news.Add(batch) && _news.Count == 1)
        {
            _newsTimer.Change(NewsInterval, Timeout.InfiniteTimeSpan);
        }
    }

    private void TellNews()
    {
        lock (_gate)
        {
            foreach (var batch in _news) Tell(batch);
            _news.Clear();
        }
    }

    private void Tell(LiveBatch batch)
    {
        if (_watchers.Any) _watchers.Publish(batch.Summary);
        batch.NextChange?.TrySetResult();
        batch.NextChange = null;
    }

    private void Seal(LiveBatch batch)
    {
        try
        {
            // The journal first: a summary that is on the disk is believed without it. And last of all the summary: what is not done yet is done again.
            batch.Journal!.Flush();
            batch.Journal.Dispose();
            JournalCompaction.Apply(batch.Folder, batch.Run!.Spec);
            if (_options.Scratch == ScratchRetention.UntilEnd || (_options.Scratch == ScratchRetention.UntilSuccess && Read(() => batch.Summary.State) == BatchState.Succeeded))
                batch.Folder.DeleteScratch();
            batch.Folder.WriteSummary(Read(() => batch.Summary));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Nothing is lost: the next opening finds the end of the batch in its journal.
            _options.Report?.Invoke(new Problem(EngineCodes.StateFolderUnusable, $"An ended batch cannot be put away: {e.Message} Free space.", File: batch.Folder.Path));
        }
        lock (_gate)
        {
            batch.End(batch.Summary);
            Leave();
        }
    }
}
