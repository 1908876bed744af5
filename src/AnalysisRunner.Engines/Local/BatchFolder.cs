using System.Globalization;
using System.Text.Json;
using AnalysisRunner.Contracts;
using AnalysisRunner.Engines.Local.Processes;
using AnalysisRunner.Engines.Local.Users;

namespace AnalysisRunner.Engines.Local;

/// <summary>
/// The files of one batch: <c>spec.json</c>, <c>journal</c>, <c>summary.json</c> once it has ended, <c>attempts/JOB-N/</c> for the records of each
/// attempt, <c>scratch/</c> (the jobs' <c>BATCH_TMPDIR</c>) <c>work/JOB-N/</c>, the folder an attempt runs in, and <c>incoming/</c> for inputs on their way.
/// </summary>
internal sealed class BatchFolder(string path)
{
    public string Path { get; } = path;

    public string SpecFile => System.IO.Path.Combine(Path, "spec.json");

    public string JournalFile => System.IO.Path.Combine(Path, "journal");

    public string SummaryFile => System.IO.Path.Combine(Path, "summary.json");

    public string Attempts => System.IO.Path.Combine(Path, "attempts");

    public string Scratch => System.IO.Path.Combine(Path, "scratch");

    public string Work => System.IO.Path.Combine(Path, "work");

    /// <summary>Inputs on their way; what a crash leaves here is deleted with the scratch.</summary>
    public string Incoming => System.IO.Path.Combine(Path, "incoming");

    public AttemptFolder Attempt(int job, int attempt)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{job}-{attempt}");
        return new AttemptFolder(System.IO.Path.Combine(Attempts, name), System.IO.Path.Combine(Work, name));
    }

    /// <summary>The attempts that have a folder, in order.</summary>
    public IEnumerable<(int Job, int Attempt)> AttemptsOnDisk() => Directory.EnumerateDirectories(Attempts)
        .Select(folder => System.IO.Path.GetFileName(folder).Split('-'))
        .Where(parts => parts.Length == 2 && parts.All(part => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out _)))
        .Select(parts => (Job: int.Parse(parts[0], CultureInfo.InvariantCulture), Attempt: int.Parse(parts[1], CultureInfo.InvariantCulture)))
        .Order();

    /// <summary>Deletes what only the jobs needed.</summary>
    public void DeleteScratch()
    {
        foreach (var folder in new[] { Scratch, Work, Incoming }) OwnedFiles.DeleteFolder(folder);
    }

    /// <summary>The bytes of what only the jobs needed, and of everything else; as far as they can be read, and no link is followed.</summary>
    public (long Scratch, long Records) Measure()
    {
        var scratch = new[] { Scratch, Work, Incoming }.Sum(SizeOf);
        return (scratch, SizeOf(Path) - scratch);
    }

    /// <summary>The state that the files tell, and the journal it was read from.</summary>
    /// <exception cref="InvalidDataException">The spec is damaged.</exception>
    public (BatchRun Run, JournalContent Journal) Load()
    {
        BatchSpec spec;
        try
        {
            using var file = File.OpenRead(SpecFile);
            spec = JsonSerializer.Deserialize(file, ContractsJson.Default.BatchSpec) ?? throw new InvalidDataException("The spec is empty.");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"The spec is damaged: {e.Message}", e);
        }
        var run = new BatchRun(spec);
        var journal = Journal.Read(JournalFile);
        foreach (var line in journal.Lines)
        {
            if (JournalRecord.Read(line) is { } record) run.Apply(record);
        }
        return (run, journal);
    }

    /// <summary>The summary of a batch that has ended; null when it has not, or when it must be found out from the journal.</summary>
    public BatchSummary? ReadSummary()
    {
        try
        {
            using var file = File.OpenRead(SummaryFile);
            return JsonSerializer.Deserialize(file, ContractsJson.Default.BatchSummary);
        }
        catch (Exception e) when (e is FileNotFoundException or JsonException)
        {
            return null;
        }
    }

    private static long SizeOf(string folder)
    {
        // Another thread may be deleting it.
        var all = new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true, AttributesToSkip = FileAttributes.ReparsePoint };
        return Directory.Exists(folder) ? new DirectoryInfo(folder).EnumerateFiles("*", all).Sum(file => file.Exists ? file.Length : 0) : 0;
    }

    /// <summary>Writes the final summary, so that opening the engine need not read the whole journal of a batch that has ended.</summary>
    public void WriteSummary(BatchSummary summary)
    {
        var draft = SummaryFile + ".new";
        using (var file = Disk.CreatePrivate(draft)) JsonSerializer.Serialize(file, summary, ContractsJson.Default.BatchSummary);
        File.Move(draft, SummaryFile, overwrite: true);
    }
}
