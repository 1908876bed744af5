using System.Globalization;
using System.Text;
using AnalysisRunner.Contracts;
using AnalysisRunner.Engines.Local;
using AnalysisRunner.Engines.Local.Isolation;

namespace AnalysisRunner.Engines.Slurm;

/// <summary>What the wrapper runs for a job: texts of bash, made of a job's values by <see cref="BashText"/> alone.</summary>
/// <param name="batch">The folder of the batch.</param>
/// <param name="containers">How images are run; null where they are ignored.</param>
internal sealed class TaskScripts(BatchFolder batch, ContainerCommand? containers)
{
    /// <summary>What the script of a job becomes: all that comes before it is on its first line, so that bash numbers its lines as its author does.</summary>
    public string Text(JobSpec job, int attempt)
    {
        var text = new StringBuilder("exec 4<&-; ");
        var runsImage = job.Image is not null && containers is not null;
        // An engine that ignores a request says so where its author looks.
        if (job.Image is { } image && !runsImage) text.Append("printf '%s\\n' ").Append(BashText.Quote($"analysis-runner: the image \"{image}\" is ignored; this engine is set to run jobs without containers")).Append("; ");
        var variables = job.Environment.Where(variable => !runsImage || !ContainerCommand.Reserved.Contains(variable.Key)).ToList();
        if (variables.Count > 0)
        {
            text.Append("export");
            foreach (var (name, value) in variables) text.Append(' ').Append(name).Append('=').Append(BashText.Quote(value));
            text.Append("; ");
        }
        // What an earlier attempt left must not pass for the output of this one.
        if (attempt > 1 && job.Outputs.Count > 0) text.Append("rm -rf --").AppendJoin("", job.Outputs.Select(output => " " + BashText.InScratch(output))).Append("; ");
        var parents = job.Outputs.Select(output => output.LastIndexOf('/') is var end && end > 0 ? output[..end] : "").Where(parent => parent.Length > 0).Distinct().ToArray();
        if (parents.Length > 0) text.Append("mkdir -p --").AppendJoin("", parents.Select(parent => " " + BashText.InScratch(parent))).Append("; ");
        return runsImage ? text.Append(InContainer(job, attempt)).ToString() : text.Append(job.Command).Append('\n').ToString();
    }

    /// <summary>Collects which declared outputs are not there, by their positions. What is to be delivered the host looks for.</summary>
    public static string Checks(JobSpec job)
    {
        var text = new StringBuilder();
        for (var i = 0; i < job.Outputs.Count; i++) text.Append(CultureInfo.InvariantCulture, $"[[ -e {BashText.InScratch(job.Outputs[i])} ]] || missing+=,{i}\n");
        return text.ToString();
    }

    /// <summary>Ends what is not in the process group of the script, after that was ended by force; empty when there is nothing of the kind.</summary>
    public string Remains(JobSpec job, int attempt) =>
        job.Image is not null && containers?.Kill(Name(job, attempt)) is { } command ? Words(command) + " >/dev/null" : "";

    /// <summary>The script goes into a file, because it may be longer than a word of a command can be.</summary>
    private string InContainer(JobSpec job, int attempt)
    {
        var work = Path.Combine(batch.Work, string.Create(CultureInfo.InvariantCulture, $"{job.Id}-{attempt}"));
        var script = work + ".script";
        return $"printf '%s\\n' {BashText.Quote(job.Command)} >{BashText.Quote(script)}\nexec {Words(containers!.Run(job, Name(job, attempt), batch.Scratch, work, script))}\n";
    }

    private string Name(JobSpec job, int attempt) => ContainerCommand.Name(batch.Path, job.Id, attempt);

    private static string Words(IEnumerable<string> words) => string.Join(' ', words.Select(BashText.Quote));
}
