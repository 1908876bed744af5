using System.Globalization;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Engines.Local.Processes;

namespace AnalysisRunner.Engines.Local;

/// <summary>What the end of an attempt means, and the words for it.</summary>
internal static class EndedAttempt
{
    /// <summary>The result of a script that ended by itself, or by a signal to the shell that ran it.</summary>
    /// <param name="job">The job.</param>
    /// <param name="scratch">The scratch folder of its batch.</param>
    /// <param name="exitCode">The exit code, when there is one.</param>
    /// <param name="signal">The signal that ended it, when one did.</param>
    /// <param name="outOfMemory">Asked when the end may be for lack of memory: whether it was.</param>
    public static AttemptResult Of(JobSpec job, string scratch, int? exitCode, int? signal, Func<bool> outOfMemory)
    {
        const int Kill = 9;
        if (signal is null && exitCode is null)
            return Failed(null, null, new Problem(EngineCodes.AttemptLost, "The job ended without a trace of its exit code; whether it did its work is not known. Look at its log and outputs.").ToString());
        if (exitCode == 0) return Missing(job, scratch) is { } missing ? Failed(0, null, missing) : new(AttemptOutcome.Succeeded, 0, null, null);

        // Bash reports a command that a signal ended as 128 + signal.
        var ended = exitCode is not { } code ? $"ended by signal {Digits(signal!.Value)}{SignalName(signal.Value)}"
            : code is > 128 and < 160 ? $"exit code {Digits(code)} (128 + {Digits(code - 128)}: a command was ended by signal {Digits(code - 128)}{SignalName(code - 128)})"
            : $"exit code {Digits(code)}";
        if ((signal == Kill || exitCode == 128 + Kill) && outOfMemory())
        {
            return Failed(exitCode, signal, new Problem(EngineCodes.OutOfMemory,
                $"The job was ended for lack of memory ({ended}). Ask for more, so that fewer run at once, or let it use less.").ToString()) with
            { OutOfMemory = true };
        }
        return Disk.IsFull(scratch)
            ? Failed(exitCode, signal, new Problem(EngineCodes.ScratchFull, $"The job failed ({ended}), and the disk of its scratch folder \"{scratch}\" is full. Free space, or put the state folder on a larger disk.").ToString())
            : Failed(exitCode, signal, ended);
    }

    /// <summary>The result of an attempt whose inputs could not be brought or whose outputs could not be delivered.</summary>
    public static AttemptResult NotTransferred(string why, int? exitCode) => Failed(exitCode, null, why);

    /// <summary>The result of a script that exited 0 without some of its declared outputs.</summary>
    public static AttemptResult LacksOutputs(IEnumerable<string> outputs) => Failed(0, null, Lacking(outputs));

    /// <summary>The result of an attempt whose container was not made.</summary>
    public static AttemptResult NoContainer(string image) => Failed(null, null, new Problem(EngineCodes.ContainerNotStarted,
        $"No container of the image \"{image}\" could be started; the log of the job says why. Check the name of the image, and that it can be pulled.").ToString());

    /// <summary>The result of an attempt whose script did not start.</summary>
    public static AttemptResult NotStarted(string why) =>
        Failed(null, null, new Problem(EngineCodes.AttemptNotStarted, $"The job could not be started: {why} Make the state folder writable or free space, then submit again.").ToString());

    /// <summary>The result of an attempt that ended together with its host.</summary>
    public static AttemptResult Lost(bool rebooted) =>
        Failed(null, null, new Problem(EngineCodes.AttemptLost, rebooted
            ? "The machine was started anew while the job ran; how far it came is not known."
            : "The engine's host and the job ended without a trace of the job's end; how far it came is not known.").ToString());

    /// <summary>The result of an attempt whose files cannot be read.</summary>
    public static AttemptResult Unreadable(string why) => Failed(null, null, new Problem(EngineCodes.AttemptLost,
        $"The job ended, and how cannot be read: {why} Look at its log and outputs.").ToString());

    /// <summary>The result of an attempt of which the system cannot tell whether it still runs: never tried again.</summary>
    public static AttemptResult Unknown() => new(AttemptOutcome.FailedForGood, null, null, new Problem(EngineCodes.AttemptLost,
        "The engine's host ended while the job ran, and this system cannot tell whether the job still runs; so it is not tried again.").ToString());

    /// <summary>The result of an attempt that must not run on this machine.</summary>
    public static AttemptResult TooLarge(Problem problem) => new(AttemptOutcome.FailedForGood, null, null, problem.ToString());

    /// <summary>The result, seen in the light of the engine's own decision to stop the attempt.</summary>
    public static AttemptResult Stopped(JobSpec job, StopCause cause, AttemptResult result) => cause == StopCause.Cancelled
        ? result with { Outcome = AttemptOutcome.Cancelled, Reason = null }
        : result with
        {
            Outcome = AttemptOutcome.Failed,
            // It did not end by itself, so that what it exited with says nothing (hail-batch spec §7, fact 49).
            ExitCode = null,
            Reason = new Problem(EngineCodes.TimeLimitExceeded, $"The job ran longer than its time limit of {job.Timeout?.ToString("c", CultureInfo.InvariantCulture)} and was stopped. Give it more time or less to do.").ToString(),
        };

    private static string? Missing(JobSpec job, string scratch)
    {
        var missing = job.Outputs.Where(output => !Path.Exists(Path.Combine(scratch, output))).ToArray();
        return missing.Length == 0 ? null : Lacking(missing);
    }

    private static string Lacking(IEnumerable<string> outputs) => new Problem(EngineCodes.OutputsMissing,
        $"The job exited 0 but did not produce {string.Join(", ", outputs.Select(output => $"\"{output}\""))}, which it declares as output. Write to ${{BATCH_TMPDIR}}/NAME, or do not declare it.").ToString();

    private static AttemptResult Failed(int? exitCode, int? signal, string reason) => new(AttemptOutcome.Failed, exitCode, signal, reason);

    // The same numbers on Linux and macOS; the others differ and stay nameless.
    private static string SignalName(int signal) => signal switch
    {
        1 => " (HUP)",
        2 => " (INT)",
        3 => " (QUIT)",
        4 => " (ILL)",
        6 => " (ABRT)",
        8 => " (FPE)",
        9 => " (KILL)",
        11 => " (SEGV)",
        13 => " (PIPE)",
        15 => " (TERM)",
        _ => "",
    };

    private static string Digits(int number) => number.ToString(CultureInfo.InvariantCulture);
}
