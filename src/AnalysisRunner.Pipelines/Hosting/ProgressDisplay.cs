using System.Globalization;
using AnalysisRunner.Contracts;

namespace AnalysisRunner.Pipelines.Hosting;

/// <summary>
/// Lines, and how far batches are: a bar below the lines on a terminal, otherwise (in CI, in a log) a line at each tenth of the jobs of a larger batch.
/// </summary>
internal sealed class ProgressDisplay(TextWriter output, int? columns)
{
    private const int WidestBar = 30;
    private const int LinesFrom = 20;
    private const string ClearLine = "\r\u001b[K";

    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _tenths = new(StringComparer.Ordinal);
    private string _bar = "";

    /// <summary>The console of this process; a terminal unless it is redirected or says that it is dumb.</summary>
    public static ProgressDisplay OfConsole()
    {
        var terminal = !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("TERM") != "dumb";
        return new ProgressDisplay(Console.Out, terminal ? Math.Max(Console.WindowWidth, 20) : null);
    }

    /// <summary>Writes a line; a bar stays below it.</summary>
    public void WriteLine(string text)
    {
        lock (_gate)
        {
            output.Write(_bar.Length > 0 ? $"{ClearLine}{text}{output.NewLine}{_bar}" : text + output.NewLine);
            output.Flush();
        }
    }

    /// <summary>Shows how far a batch is.</summary>
    public void Update(BatchSummary batch)
    {
        lock (_gate)
        {
            if (columns is { } width) Draw(Bar(batch, width));
            else WriteTenth(batch);
        }
    }

    /// <summary>Takes the bar away.</summary>
    public void Clear()
    {
        lock (_gate) Draw("");
    }

    private void Draw(string bar)
    {
        if (bar == _bar) return;
        _bar = bar;
        output.Write(ClearLine + bar);
        output.Flush();
    }

    private void WriteTenth(BatchSummary batch)
    {
        var total = batch.Jobs.Total;
        var tenth = (int)(Ended(batch) * 10L / Math.Max(total, 1));
        if (total < LinesFrom || tenth <= _tenths.GetValueOrDefault(batch.Key)) return;
        _tenths[batch.Key] = tenth;
        output.WriteLine($"Batch {batch.Name}: {Counts(batch)}");
        output.Flush();
    }

    private static string Bar(BatchSummary batch, int columns)
    {
        var counts = Counts(batch);
        var room = Math.Min(WidestBar, columns - batch.Name.Length - counts.Length - 6);
        var filled = (int)((long)Math.Max(room, 0) * Ended(batch) / Math.Max(batch.Jobs.Total, 1));
        var line = room < 5 ? counts : $"{batch.Name} [{new string('#', filled)}{new string('.', room - filled)}] {counts}";
        return line.Length < columns ? line : line[..(columns - 1)];
    }

    private static string Counts(BatchSummary batch) => string.Create(CultureInfo.InvariantCulture,
        $"{Ended(batch)} of {batch.Jobs.Total} jobs ended, {batch.Jobs.Running} running{(batch.Jobs.Failed > 0 ? $", {batch.Jobs.Failed} failed" : "")}");

    private static int Ended(BatchSummary batch) => batch.Jobs.Succeeded + batch.Jobs.Failed + batch.Jobs.Cancelled;
}
