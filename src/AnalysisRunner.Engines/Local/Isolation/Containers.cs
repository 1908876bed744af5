using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Engines.Local.Isolation;

/// <summary>
/// Runs scripts in containers of the image that the job names, by <c>podman</c> or <c>docker</c>. The image must hold a bash. The job sees the image, its
/// scratch folders at their own paths, its own variables, and a network only when it asks for one.
/// </summary>
internal sealed class Containers : IScriptLauncher
{
    /// <summary>What podman and docker end with when it is they who failed.</summary>
    private const int OwnExitCode = 125;

    // A job's value for one of these is for the container, not for the program that starts it.
    private static readonly string[] Reserved = ["PATH", "HOME"];

    private readonly string _program;
    private readonly ContainerOptions _options;

    private Containers(string program, ContainerOptions options) => (_program, _options) = (program, options);

    /// <exception cref="AnalysisRunnerException">The program is not there.</exception>
    public static Containers Open(ContainerOptions options) => Programs.Find(options.Program) is { } program
        ? new Containers(program, options)
        : throw new AnalysisRunnerException(EngineCodes.IsolationMissing,
            $"The engine is set to run images with \"{options.Program}\", and there is no such program. Install it, name another, or set images to Refuse or Ignore.");

    public IReadOnlyList<string> Command(Attempt attempt, Dictionary<string, string> environment)
    {
        var (job, folder, scratch) = (attempt.Job.Spec, attempt.Folder, attempt.Batch.Folder.Scratch);
        List<string> command = [_program, .. _options.GlobalArguments, "run", "--rm", "--name", Name(attempt), .. _options.RunArguments,
            "--volume", $"{scratch}:{scratch}", "--volume", $"{folder.Work}:{folder.Work}", "--volume", $"{folder.Script}:{folder.Script}:ro",
            "--workdir", folder.Work, "--entrypoint", "bash"];
        if (!job.Network) command.AddRange(["--network", "none"]);
        if (job.MilliCpu > 0) command.AddRange(["--cpus", (job.MilliCpu / 1000m).ToString(CultureInfo.InvariantCulture)]);
        if (job.MemoryBytes > 0) command.AddRange(["--memory", job.MemoryBytes.ToString(CultureInfo.InvariantCulture)]);
        // By name where possible: values on a command line are for everybody to read.
        foreach (var name in job.Environment.Keys.Append(DriverEnvironment.BatchTemporaryDirectory))
            command.AddRange(["--env", Reserved.Contains(name) ? $"{name}={job.Environment[name]}" : name]);
        foreach (var name in Reserved)
        {
            if (Environment.GetEnvironmentVariable(name) is { } own) environment[name] = own;
        }
        command.AddRange([job.Image!, "--noprofile", "--norc", "-euo", "pipefail", folder.Script]);
        return command;
    }

    public void EndRemains(Attempt attempt)
    {
        // The container's processes are children of its own monitor, not of the program that was stopped.
        using var kill = Process.Start(new ProcessStartInfo(_program, [.. _options.GlobalArguments, "kill", Name(attempt)]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        kill.OutputDataReceived += static (_, _) => { };
        kill.ErrorDataReceived += static (_, _) => { };
        kill.BeginOutputReadLine();
        kill.BeginErrorReadLine();
        // It fails when there is no such container any more, which is what is wanted.
        kill.WaitForExit();
    }

    public AttemptResult? OwnFailure(Attempt attempt, int? exitCode) => exitCode == OwnExitCode ? EndedAttempt.NoContainer(attempt.Job.Spec.Image!) : null;

    /// <summary>The same after a crash of the host, so that a container is found again.</summary>
    private static string Name(Attempt attempt)
    {
        var identity = string.Create(CultureInfo.InvariantCulture, $"{attempt.Batch.Folder.Path}/{attempt.Job.Spec.Id}/{attempt.Number}");
        return "analysis-runner-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(identity))[..12]);
    }
}
