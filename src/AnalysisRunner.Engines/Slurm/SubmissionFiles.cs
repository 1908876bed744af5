using System.Globalization;
using System.Text;
using AnalysisRunner.Contracts;

namespace AnalysisRunner.Engines.Slurm;

/// <summary>
/// The files of one submission, from which a task of an array learns what it is: <c>K.tasks</c>, a line of fixed width for each index, and <c>K.scripts</c>,
/// the scripts in blocks, one after the other. Two files, however many tasks there are.
/// </summary>
internal static class SubmissionFiles
{
    /// <summary>The bytes of a line of <c>K.tasks</c>; the wrapper knows it too.</summary>
    private const int LineWidth = 128;

    /// <summary>The bytes of a block of <c>K.scripts</c>; the wrapper knows it too.</summary>
    private const int BlockSize = 512;

    /// <summary>Writes both files; the nodes see them when this returns, or a moment later.</summary>
    public static void Write(string folder, PlannedSubmission submission, BatchSpec spec, TimeSpan grace)
    {
        Directory.CreateDirectory(folder);
        var lines = new byte[(submission.Tasks.Max(task => task.Index) + 1) * LineWidth];
        Array.Fill(lines, (byte)' ');
        using var scripts = new MemoryStream();
        foreach (var task in submission.Tasks)
        {
            var job = spec.Jobs[task.Job - 1];
            var start = scripts.Length / BlockSize;
            var blocks = Append(scripts, Script(job, task.Attempt));
            var checks = job.Outputs.Count == 0 ? 0 : Append(scripts, Check(job));
            var group = job.AlwaysRun ? "-" : job.Group.ToString(CultureInfo.InvariantCulture);
            var limit = job.Timeout is { } timeout ? BashText.Seconds(timeout) : "-";
            var line = string.Create(CultureInfo.InvariantCulture,
                $"{task.Job} {task.Attempt} {group} {start} {blocks} {checks} {limit} {BashText.Seconds(grace)}");
            Encoding.ASCII.GetBytes(line, lines.AsSpan(task.Index * LineWidth, LineWidth - 1));
        }
        for (var end = LineWidth - 1; end < lines.Length; end += LineWidth) lines[end] = (byte)'\n';
        File.WriteAllBytes(ScriptsFile(folder, submission.Number), scripts.ToArray());
        File.WriteAllBytes(TasksFile(folder, submission.Number), lines);
    }

    /// <summary>The tasks that a submission was written with.</summary>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public static IReadOnlyList<PlannedTask> Read(string folder, int number)
    {
        var tasks = new List<PlannedTask>();
        var index = 0;
        foreach (var line in File.ReadLines(TasksFile(folder, number)))
        {
            if (!string.IsNullOrWhiteSpace(line))
            {
                var fields = line.Split(' ', 3);
                if (fields.Length < 3 || !int.TryParse(fields[0], NumberStyles.None, CultureInfo.InvariantCulture, out var job) || !int.TryParse(fields[1], NumberStyles.None, CultureInfo.InvariantCulture, out var attempt))
                    throw new InvalidDataException($"The line {index + 1} of \"{TasksFile(folder, number)}\" is damaged.");
                tasks.Add(new PlannedTask(job, attempt, index));
            }
            index++;
        }
        return tasks;
    }

    private static string TasksFile(string folder, int number) => Path.Combine(folder, number.ToString(CultureInfo.InvariantCulture) + ".tasks");

    private static string ScriptsFile(string folder, int number) => Path.Combine(folder, number.ToString(CultureInfo.InvariantCulture) + ".scripts");

    /// <summary>What the script of a job becomes: all that comes before it is on its first line, so that bash numbers its lines as its author does.</summary>
    private static string Script(JobSpec job, int attempt)
    {
        var text = new StringBuilder("exec 4<&-; ");
        // An engine that ignores a request says so where its author looks.
        if (job.Image is { } image) text.Append("printf '%s\\n' ").Append(BashText.Quote($"analysis-runner: the image \"{image}\" is ignored; this engine is set to run jobs without containers")).Append("; ");
        if (job.Environment.Count > 0)
        {
            text.Append("export");
            foreach (var (name, value) in job.Environment) text.Append(' ').Append(name).Append('=').Append(BashText.Quote(value));
            text.Append("; ");
        }
        // What an earlier attempt left must not pass for the output of this one.
        if (attempt > 1 && job.Outputs.Count > 0) text.Append("rm -rf --").AppendJoin("", job.Outputs.Select(output => " " + BashText.InScratch(output))).Append("; ");
        var parents = job.Outputs.Select(output => output.LastIndexOf('/') is var end && end > 0 ? output[..end] : "").Where(parent => parent.Length > 0).Distinct().ToArray();
        if (parents.Length > 0) text.Append("mkdir -p --").AppendJoin("", parents.Select(parent => " " + BashText.InScratch(parent))).Append("; ");
        return text.Append(job.Command).Append('\n').ToString();
    }

    /// <summary>Collects which declared outputs are not there, by their positions. What is to be delivered the host looks for.</summary>
    private static string Check(JobSpec job)
    {
        var text = new StringBuilder();
        for (var i = 0; i < job.Outputs.Count; i++) text.Append(CultureInfo.InvariantCulture, $"[[ -e {BashText.InScratch(job.Outputs[i])} ]] || missing+=,{i}\n");
        return text.ToString();
    }

    private static long Append(MemoryStream scripts, string text)
    {
        var start = scripts.Length;
        scripts.Write(Encoding.UTF8.GetBytes(text));
        // Filled up with line ends, which add nothing to any script.
        while (scripts.Length % BlockSize != 0) scripts.WriteByte((byte)'\n');
        return (scripts.Length - start) / BlockSize;
    }
}
