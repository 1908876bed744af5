using System.Globalization;

namespace AnalysisRunner.Engines.Slurm;

/// <summary>What Slurm says about the end of a task: the second witness, after the wrapper's own files.</summary>
/// <param name="State">Slurm's word, such as <c>NODE_FAIL</c>.</param>
/// <param name="Reason">Slurm's reason; may be empty.</param>
/// <param name="WaitStatus">The status as <c>wait</c> gives it: exit code × 256, or the signal.</param>
/// <param name="Node">Where it ran; may be empty.</param>
internal sealed record TaskVerdict(string State, string Reason, int WaitStatus, string Node)
{
    /// <summary>The format to ask <c>squeue</c> for.</summary>
    public const string Format = "ArrayJobID:|,ArrayTaskID:|,State:|,Reason:|,exit_code:|,NodeList:|";

    /// <summary>Whether Slurm is done with it.</summary>
    public bool IsFinal => State is not ("PENDING" or "RUNNING" or "SUSPENDED" or "COMPLETING" or "CONFIGURING" or "STAGE_OUT" or "SIGNALING" or "STOPPED" or "REQUEUED" or "REQUEUE_HOLD" or "REQUEUE_FED" or "SPECIAL_EXIT" or "RESIZING");

    /// <summary>Whether it waits; of a task that has run, that somebody put it back into the queue.</summary>
    public bool IsWaiting => State is "PENDING" or "REQUEUED" or "REQUEUE_HOLD" or "REQUEUE_FED" or "SPECIAL_EXIT";

    /// <summary>Whether it never ran because what it waited for did not succeed.</summary>
    public bool IsDependencyFailure => State == "CANCELLED" && Reason.StartsWith("DependencyNeverSatisfied", StringComparison.Ordinal);

    public int? Signal => (WaitStatus & 0x7f) is var signal and not 0 ? signal : null;

    public int? ExitCode => Signal is null ? (WaitStatus >> 8) & 0xff : null;

    /// <summary>Reads the answer of <c>squeue</c>, or that of <c>sacct</c> brought into the same form.</summary>
    public static Dictionary<(long Array, int Index), TaskVerdict> Parse(string answer)
    {
        var verdicts = new Dictionary<(long, int), TaskVerdict>();
        foreach (var line in answer.Split('\n'))
        {
            var fields = line.Split('|');
            if (fields.Length < 6 || !long.TryParse(fields[0], NumberStyles.None, CultureInfo.InvariantCulture, out var array)) continue;
            _ = int.TryParse(fields[4], NumberStyles.None, CultureInfo.InvariantCulture, out var status);
            foreach (var (first, last, step) in IndexSet.Parse(fields[1]))
            {
                for (var index = first; index <= last; index += step) verdicts[(array, index)] = new TaskVerdict(fields[2], fields[3], status, fields[5]);
            }
        }
        return verdicts;
    }
}
