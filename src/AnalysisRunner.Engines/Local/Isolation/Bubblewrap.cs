using System.Diagnostics;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Engines.Local.Isolation;

/// <summary>Runs scripts under <c>bwrap</c> (<see cref="JobIsolation.Bubblewrap"/>).</summary>
internal sealed class Bubblewrap : IScriptLauncher
{
    // The monitor of bwrap would die of the TERM that a stopped job gets, and take the job with it before the job could clean up.
    private const string IgnoreTerm = "trap '' TERM; exec \"$@\"";

    private const string RunScript = "set +p -euo pipefail; . \"$0\"";

    private readonly string _program;
    private readonly string _bash;
    private readonly string _engineFolder;

    private Bubblewrap(string program, string bash, string engineFolder) => (_program, _bash, _engineFolder) = (program, bash, engineFolder);

    /// <exception cref="AnalysisRunnerException">There is no bwrap, or it does not work here.</exception>
    public static Bubblewrap Open(string bash, string engineFolder)
    {
        var program = Programs.Find("bwrap") ?? throw Missing("there is no program \"bwrap\" in PATH");
        // It depends on the kernel's settings whether a user may do this at all.
        var start = new ProcessStartInfo(program, ["--ro-bind", "/", "/", "--proc", "/proc", "--dev", "/dev", "--unshare-all", "env", "--default-signal=TERM", "true"]) { RedirectStandardError = true };
        using var probe = Process.Start(start)!;
        var errors = probe.StandardError.ReadToEnd();
        probe.WaitForExit();
        return probe.ExitCode == 0 ? new Bubblewrap(program, bash, engineFolder) : throw Missing($"\"{program}\" does not work here: {errors.Trim()}");
    }

    public IReadOnlyList<string> Command(Attempt attempt, Dictionary<string, string> environment)
    {
        var (job, folder) = (attempt.Job.Spec, attempt.Folder);
        List<string> command = [_bash, "--noprofile", "--norc", "-p", "-c", IgnoreTerm, _bash,
            _program, "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "--tmpfs", "/tmp", "--tmpfs", "/var/tmp", "--tmpfs", _engineFolder];
        // What the job was promised may lie in one of the folders that were emptied just now.
        foreach (var input in job.InputFiles.Where(input => !FileTransfers.IsUrl(input.From))) command.AddRange(["--ro-bind-try", input.From, input.From]);
        if (environment.TryGetValue(DriverEnvironment.ConfigPath, out var config))
        {
            foreach (var path in config.Split(',').Where(Path.IsPathRooted)) command.AddRange(["--ro-bind-try", path, path]);
        }
        command.AddRange(["--bind", attempt.Batch.Folder.Scratch, attempt.Batch.Folder.Scratch, "--bind", folder.Work, folder.Work, "--ro-bind", folder.Script, folder.Script]);
        command.AddRange(["--unshare-all", "--die-with-parent", "--chdir", folder.Work]);
        if (job.Network) command.Add("--share-net");
        // The script's own shell must be able to catch TERM, and what was ignored at its start it cannot.
        command.AddRange(["env", "--default-signal=TERM", _bash, "--noprofile", "--norc", "-p", "-c", RunScript, folder.Script]);
        return command;
    }

    public void EndRemains(Attempt attempt)
    {
        // Everything is in the session, and what bwrap started dies with it.
    }

    public AttemptResult? OwnFailure(Attempt attempt, int? exitCode) => null;

    private static AnalysisRunnerException Missing(string why) => new(EngineCodes.IsolationMissing,
        $"The engine is set to isolate jobs with bubblewrap, and {why}. Install bubblewrap, or set the isolation to None, where jobs can do what their user can.");
}
