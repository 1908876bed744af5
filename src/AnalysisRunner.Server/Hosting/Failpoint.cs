using System.Diagnostics;
using System.Globalization;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Submissions;

namespace AnalysisRunner.Server.Hosting;

/// <summary>
/// Places between the acceptance of a submission and its end at which tests end this process as <c>kill -9</c> does. Only a process that was started with
/// <see cref="Switch"/> looks at <see cref="Variable"/>; in any other a place is a look at a field that is null.
/// </summary>
internal sealed class Failpoint
{
    /// <summary>The switch of the command line.</summary>
    public const string Switch = "--failpoints";

    /// <summary>Names the place and, after a colon, at which pass: <c>recorded:3</c>.</summary>
    public const string Variable = "ANALYSIS_RUNNER_FAILPOINT";

    /// <summary>A submission is judged, and nothing of it is recorded.</summary>
    public const string Judged = "judged";

    /// <summary>A group of writes is made, and not durable.</summary>
    public const string Written = "written";

    /// <summary>A group of writes is durable, and nobody knows.</summary>
    public const string Committed = "committed";

    /// <summary>An invocation is recorded, and neither started nor answered.</summary>
    public const string Recorded = "recorded";

    /// <summary>A config is published, and its hash not recorded.</summary>
    public const string ConfigPublished = "config-published";

    /// <summary>The hash of a config is recorded, and the driver's files not made.</summary>
    public const string ConfigRecorded = "config-recorded";

    /// <summary>The driver's files are made, and the engine not asked.</summary>
    public const string DriverPrepared = "driver-prepared";

    /// <summary>The engine has the driver, and this is not recorded.</summary>
    public const string DriverSubmitted = "driver-submitted";

    /// <summary>The driver's handle is recorded, and nobody watches it.</summary>
    public const string DriverRecorded = "driver-recorded";

    /// <summary>A batch is recorded, and the engine not asked.</summary>
    public const string BatchRecorded = "batch-recorded";

    /// <summary>The engine has a batch, and its driver has no answer.</summary>
    public const string BatchSubmitted = "batch-submitted";

    /// <summary>The end of a driver is recorded, and the invocation not judged.</summary>
    public const string DriverEnded = "driver-ended";

    /// <summary>Outputs are noted, and their list is not complete.</summary>
    public const string OutputsNoted = "outputs-noted";

    /// <summary>The list of outputs is complete, and nothing is written beside them.</summary>
    public const string OutputsListed = "outputs-listed";

    /// <summary>What made the outputs is written beside them, and the run has its files.</summary>
    public const string OutputsDescribed = "outputs-described";

    /// <summary>The files of a run are removed, and its end not recorded.</summary>
    public const string FilesRemoved = "files-removed";

    /// <summary>The end is recorded.</summary>
    public const string Ended = "ended";

    private static Failpoint? Armed;

    private readonly string _name;
    private int _passesLeft;

    private Failpoint(string name, int pass) => (_name, _passesLeft) = (name, pass);

    /// <summary>Every place, in the order of a submission's way.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        Judged, Written, Committed, Recorded, ConfigPublished, ConfigRecorded, DriverPrepared, DriverSubmitted, DriverRecorded, BatchRecorded, BatchSubmitted,
        DriverEnded, OutputsNoted, OutputsListed, OutputsDescribed, FilesRemoved, Ended,
    ];

    /// <summary>Takes the switch out of a command line; where it was there, the variable counts.</summary>
    /// <exception cref="AnalysisRunnerException"><c>AR6006</c> the variable names no place.</exception>
    public static string[] Arm(string[] arguments, Func<string, string?> environment)
    {
        if (!arguments.Contains(Switch)) return arguments;
        if (environment(Variable) is { Length: > 0 } text)
        {
            var colon = text.IndexOf(':', StringComparison.Ordinal);
            var name = colon < 0 ? text : text[..colon];
            var pass = 1;
            if (!All.Contains(name) || (colon >= 0 && !int.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out pass)) || pass < 1)
            {
                throw new AnalysisRunnerException(
                    PolicyCodes.UnknownStartForm, $"{Variable} is {Quoted.Value(text)}, which is no failpoint; name one of {string.Join(", ", All)}, with ':' and a number for a later pass.");
            }
            Armed = new Failpoint(name, pass);
        }
        return [.. arguments.Where(argument => argument != Switch)];
    }

    /// <summary>Ends the process, where this place and pass are armed.</summary>
    public static void Pass(string name)
    {
        if (Armed is not { } armed || armed._name != name || Interlocked.Decrement(ref armed._passesLeft) != 0) return;
        Process.GetCurrentProcess().Kill();
    }
}
