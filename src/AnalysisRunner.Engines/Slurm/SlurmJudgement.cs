using System.Globalization;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Engines.Local;
using AnalysisRunner.Engines.Local.Isolation;
using AnalysisRunner.Engines.Local.Processes;

namespace AnalysisRunner.Engines.Slurm;

/// <summary>What the end of an attempt means, by what its wrapper wrote and by what Slurm says.</summary>
internal static class SlurmJudgement
{
    private const int Kill = 9;

    /// <summary>Whether the wrapper's word alone is not enough.</summary>
    public static bool NeedsVerdict(AttemptEnd end) => end.Stop == "terminated" || (end.Stop == "-" && end.ExitCode == 128 + Kill);

    /// <summary>The result of an attempt whose wrapper wrote its end down.</summary>
    /// <param name="job">The job.</param>
    /// <param name="scratch">The scratch folder of its batch.</param>
    /// <param name="stop">The engine's own reason to stop it.</param>
    /// <param name="end">What the wrapper wrote.</param>
    /// <param name="verdict">What Slurm says, when it was asked and knew.</param>
    /// <param name="containers">How images are run; null where they are ignored.</param>
    public static AttemptResult Of(JobSpec job, string scratch, StopCause? stop, AttemptEnd end, TaskVerdict? verdict, ContainerCommand? containers)
    {
        var result = end switch
        {
            _ when stop is { } cause => EndedAttempt.Stopped(job, cause, new(AttemptOutcome.Failed, end.ExitCode, null, null)),
            { Stop: "timeout" } => EndedAttempt.Stopped(job, StopCause.TimedOut, new(AttemptOutcome.Failed, end.ExitCode, null, null)),
            { Stop: "cancelled" } => new(AttemptOutcome.Cancelled, null, null, null),
            { Stop: "terminated" } => Terminated(job, verdict),
            { ExitCode: 0, MissingOutputs.Length: > 0 } => EndedAttempt.LacksOutputs(end.MissingOutputs.Where(position => position < job.Outputs.Count).Select(position => job.Outputs[position])),
            { ExitCode: 0 } => new(AttemptOutcome.Succeeded, 0, null, null),
            _ when job.Image is { } image && end.ExitCode == containers?.OwnExitCode => EndedAttempt.NoContainer(image),
            { ExitCode: 128 + Kill } when verdict is not { State: "OUT_OF_MEMORY" } => PossiblyOutOfMemory(end.ExitCode, null),
            _ => EndedAttempt.Of(job, scratch, end.ExitCode, null, () => verdict is { State: "OUT_OF_MEMORY" }),
        };
        return result with { Usage = new ProcessUsage(end.CpuMilliseconds, null) };
    }

    /// <summary>The result of an attempt that is gone from Slurm and whose wrapper could not write its end down.</summary>
    /// <param name="job">The job.</param>
    /// <param name="stop">The engine's own reason to stop it.</param>
    /// <param name="hasRun">Whether its wrapper had claimed the attempt.</param>
    /// <param name="verdict">What Slurm says; null when it does not know the task any more.</param>
    public static AttemptResult WithoutEnd(JobSpec job, StopCause? stop, bool hasRun, TaskVerdict? verdict) => verdict switch
    {
        _ when stop is { } cause => EndedAttempt.Stopped(job, cause, new(AttemptOutcome.Failed, null, null, null)),
        null when hasRun => Failed(null, null, EngineCodes.SlurmTaskLost, "The job is gone from Slurm without a trace of its end, and Slurm has forgotten it; how far it came is not known. Look at its log and outputs."),
        null => new(AttemptOutcome.Interrupted, null, null, Text(EngineCodes.SlurmTaskLost, "The job is gone from Slurm before it ran, and Slurm has forgotten why.")),
        { State: "OUT_OF_MEMORY" } => Failed(null, Kill, EngineCodes.OutOfMemory, "The job was ended for lack of memory. Ask for more, or let it use less.") with { OutOfMemory = true },
        { State: "FAILED", Signal: Kill } when hasRun => PossiblyOutOfMemory(null, Kill),
        { State: "FAILED", Signal: { } signal } when hasRun => new(AttemptOutcome.Failed, null, signal, string.Create(CultureInfo.InvariantCulture, $"ended by signal {signal}")),
        { State: "FAILED" or "COMPLETED" } when hasRun => Failed(verdict.ExitCode, null, EngineCodes.SlurmTaskLost, "The job ended and its end could not be written down; its file system may be full. Look at its log and outputs."),
        { State: "FAILED" or "COMPLETED" } => EndedAttempt.NotStarted(string.Create(CultureInfo.InvariantCulture, $"Slurm started it on \"{verdict.Node}\", and it ended with {verdict.ExitCode ?? (128 + verdict.Signal)} before its script; is the state folder there at the same path, and writable?")),
        _ => Terminated(job, verdict),
    };

    private static AttemptResult Terminated(JobSpec job, TaskVerdict? verdict) => verdict?.State switch
    {
        _ when verdict is { IsWaiting: true } => new(AttemptOutcome.Interrupted, null, null, Text(EngineCodes.RequeuedInSlurm, "Somebody put the job back into Slurm's queue (scontrol requeue) while it ran, not through this engine.")),
        "NODE_FAIL" or "BOOT_FAIL" or "REVOKED" => new(AttemptOutcome.Interrupted, null, null, Text(EngineCodes.SlurmNodeFailed, $"The node \"{verdict.Node}\" failed while the job was on it ({verdict.State}).")),
        "PREEMPTED" => new(AttemptOutcome.Interrupted, null, null, Text(EngineCodes.SlurmNodeFailed, $"Slurm took the node \"{verdict.Node}\" away for a job of higher priority ({verdict.State}).")),
        "TIMEOUT" or "DEADLINE" => Failed(null, null, EngineCodes.SlurmTimeLimit,
            $"Slurm ended the job at a time limit of its own ({verdict.State}){(job.Timeout is null ? "; the job has none, so that the partition's counts. Give the job a time limit that the partition allows" : ". Ask for less time, or use a partition that allows more")}."),
        "OUT_OF_MEMORY" => Failed(null, Kill, EngineCodes.OutOfMemory, "The job was ended for lack of memory. Ask for more, or let it use less.") with { OutOfMemory = true },
        "CANCELLED" => new(AttemptOutcome.Cancelled, null, null, Text(EngineCodes.CancelledInSlurm, "Somebody cancelled the job in Slurm (scancel), not through this engine. Submit it again if that was not meant.")),
        { } state => Failed(null, null, EngineCodes.SlurmTaskLost, $"Slurm ended the job ({state}{(verdict.Reason.Length > 0 ? $", {verdict.Reason}" : "")})."),
        null => Failed(null, 15, EngineCodes.SlurmTaskLost, "The job was asked to end (signal 15) from outside the engine, and Slurm does not say why."),
    };

    private static AttemptResult PossiblyOutOfMemory(int? exitCode, int? signal) => Failed(exitCode, signal, EngineCodes.PossiblyOutOfMemory,
        "The job was killed (signal 9), possibly for lack of memory: this cluster does not say. Ask for more memory, or look at the log.");

    private static AttemptResult Failed(int? exitCode, int? signal, string code, string why) => new(AttemptOutcome.Failed, exitCode, signal, Text(code, why));

    private static string Text(string code, string why) => new Problem(code, why).ToString();
}
