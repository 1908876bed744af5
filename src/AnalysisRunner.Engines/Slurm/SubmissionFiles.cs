using System.Globalization;
using System.Text;
using AnalysisRunner.Contracts;

namespace AnalysisRunner.Engines.Slurm;

/// <summary>
/// The files of one submission, from which a task of an array learns what it is: <c>submissions/NUMBER/PART</c>, a line for each index, 64 to a file. A task
/// reads its line with builtins of bash alone, and few others with it; ten thousand tasks are some hundred files.
/// </summary>
internal static class SubmissionFiles
{
    /// <summary>The lines of a file; the wrapper knows it too.</summary>
    private const int LinesPerFile = 64;

    /// <summary>What shows that a line is whole; the wrapper knows it too. To bash it is a comment.</summary>
    private const string EndMark = " #";

    /// <summary>Writes them; the nodes see them when this returns, or a moment later.</summary>
    /// <param name="folder">The folder of all submissions of the batch.</param>
    /// <param name="submission">The tasks.</param>
    /// <param name="spec">The batch.</param>
    /// <param name="scripts">Makes what each task runs.</param>
    /// <param name="grace">The time from TERM to KILL.</param>
    public static void Write(string folder, PlannedSubmission submission, BatchSpec spec, TaskScripts scripts, TimeSpan grace)
    {
        var own = Directory.CreateDirectory(Path.Combine(folder, Digits(submission.Number))).FullName;
        var lines = new StringBuilder();
        foreach (var part in submission.Tasks.OrderBy(task => task.Index).GroupBy(task => task.Index / LinesPerFile))
        {
            var next = part.Key * LinesPerFile;
            foreach (var task in part)
            {
                lines.Append('\n', task.Index - next);
                next = task.Index + 1;
                AppendLine(lines, task, spec.Jobs[task.Job - 1], scripts, grace);
            }
            File.WriteAllText(Path.Combine(own, Digits(part.Key)), lines.ToString());
            lines.Clear();
        }
    }

    /// <summary>The tasks that a submission was written with.</summary>
    /// <exception cref="InvalidDataException">A file is damaged.</exception>
    /// <exception cref="IOException">There are none.</exception>
    public static IReadOnlyList<PlannedTask> Read(string folder, int number)
    {
        var tasks = new List<PlannedTask>();
        foreach (var file in Directory.EnumerateFiles(Path.Combine(folder, Digits(number))))
        {
            if (SubmissionFields.Number(Path.GetFileName(file)) is not { } part) continue;
            var index = part * LinesPerFile;
            foreach (var line in File.ReadLines(file))
            {
                if (line.Length > 0) tasks.Add(Parse(line, index) ?? throw new InvalidDataException($"The line of index {Digits(index)} in \"{file}\" is damaged."));
                index++;
            }
        }
        tasks.Sort((left, right) => left.Index.CompareTo(right.Index));
        return tasks;
    }

    /// <summary>The highest number that has files; 0 when there are none.</summary>
    public static int LastNumber(string folder) => Directory.Exists(folder)
        ? Directory.EnumerateDirectories(folder).Select(path => SubmissionFields.Number(Path.GetFileName(path)) ?? 0).DefaultIfEmpty().Max()
        : 0;

    private static void AppendLine(StringBuilder lines, PlannedTask task, JobSpec job, TaskScripts scripts, TimeSpan grace)
    {
        lines.Append(CultureInfo.InvariantCulture, $"job={task.Job} attempt={task.Attempt} group={(job.AlwaysRun ? "" : Digits(job.Group))}");
        lines.Append(CultureInfo.InvariantCulture, $" limit={(job.Timeout is { } timeout ? BashText.Seconds(timeout) : "")} grace={BashText.Seconds(grace)}");
        lines.Append(" text=").Append(BashText.Quote(scripts.Text(job, task.Attempt)));
        lines.Append(" checks=").Append(BashText.Quote(TaskScripts.Checks(job)));
        lines.Append(" remains=").Append(BashText.Quote(scripts.Remains(job, task.Attempt)));
        lines.Append(EndMark).Append('\n');
    }

    private static PlannedTask? Parse(string line, int index) =>
        line.EndsWith(EndMark, StringComparison.Ordinal) && line.Split(' ', 3) is [var job, var attempt, _]
        && job.StartsWith("job=", StringComparison.Ordinal) && SubmissionFields.Number(job["job=".Length..]) is { } id
        && attempt.StartsWith("attempt=", StringComparison.Ordinal) && SubmissionFields.Number(attempt["attempt=".Length..]) is { } number
            ? new PlannedTask(id, number, index)
            : null;

    private static string Digits(int number) => number.ToString(CultureInfo.InvariantCulture);
}
