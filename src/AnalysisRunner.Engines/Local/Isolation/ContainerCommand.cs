using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using AnalysisRunner.Contracts;

namespace AnalysisRunner.Engines.Local.Isolation;

/// <summary>
/// The command lines around a container, the same for every engine: <c>podman</c>, <c>docker</c> and what has their commands, or <c>apptainer</c> and
/// <c>singularity</c>. The job sees the image, its scratch folders at their own paths, its own variables, and a network only when it asks for one.
/// </summary>
/// <param name="options">How containers are run.</param>
/// <param name="program">The program, as it is started.</param>
internal sealed class ContainerCommand(ContainerOptions options, string program)
{
    /// <summary>A job's value for one of these is for the container, and not for the program that starts it.</summary>
    public static readonly IReadOnlyList<string> Reserved = ["PATH", "HOME"];

    /// <summary>Whether a container is a child of the program, and not of a monitor of its own.</summary>
    private bool IsApptainer { get; } = Path.GetFileName(program) is "apptainer" or "singularity";

    /// <summary>What the program ends with when it is the one that failed, and not the script.</summary>
    public int OwnExitCode => IsApptainer ? 255 : 125;

    /// <summary>A container's name: the same after a crash of the host, so that it is found again.</summary>
    /// <param name="batchFolder">The folder of the batch.</param>
    /// <param name="job">The job's id.</param>
    /// <param name="attempt">Which attempt of the job.</param>
    public static string Name(string batchFolder, int job, int attempt)
    {
        var identity = string.Create(CultureInfo.InvariantCulture, $"{batchFolder}/{job}/{attempt}");
        return "analysis-runner-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(identity))[..12]);
    }

    /// <summary>Runs a script in a container, which gets the variables of the process that the program is.</summary>
    /// <param name="job">The job; it names an image.</param>
    /// <param name="name">The container's name.</param>
    /// <param name="scratch">The batch's folder of resource files.</param>
    /// <param name="work">The folder to run in.</param>
    /// <param name="script">The script's file.</param>
    public IReadOnlyList<string> Run(JobSpec job, string name, string scratch, string work, string script)
    {
        List<string> command = [program, .. options.GlobalArguments];
        // What was found out when the batch was accepted runs, whatever the name means by now.
        var image = job.ResolvedImage ?? job.Image!;
        if (IsApptainer)
        {
            // Limits of cores and memory are those of the process that starts it. The image brings PATH; another one must be named.
            command.AddRange(["exec", "--contain", "--pid", "--ipc", .. options.RunArguments, "--bind", $"{scratch}:{scratch}", "--bind", $"{work}:{work}", "--bind", $"{script}:{script}:ro", "--pwd", work]);
            if (!job.Network) command.AddRange(["--net", "--network", "none"]);
            if (job.Environment.TryGetValue("PATH", out var path)) command.AddRange(["--env", $"PATH={path}"]);
            command.AddRange([Source(image), "bash"]);
        }
        else
        {
            command.AddRange(["run", "--rm", "--name", name, .. options.RunArguments,
                "--volume", $"{scratch}:{scratch}", "--volume", $"{work}:{work}", "--volume", $"{script}:{script}:ro", "--workdir", work, "--entrypoint", "bash"]);
            if (!job.Network) command.AddRange(["--network", "none"]);
            if (job.MilliCpu > 0) command.AddRange(["--cpus", (job.MilliCpu / 1000m).ToString(CultureInfo.InvariantCulture)]);
            if (job.MemoryBytes > 0) command.AddRange(["--memory", job.MemoryBytes.ToString(CultureInfo.InvariantCulture)]);
            // By name where possible: values on a command line are for everybody to read.
            foreach (var variable in job.Environment.Keys.Append(DriverEnvironment.BatchTemporaryDirectory))
                command.AddRange(["--env", Reserved.Contains(variable) ? $"{variable}={job.Environment[variable]}" : variable]);
            command.Add(image);
        }
        command.AddRange(["--noprofile", "--norc", "-euo", "pipefail", script]);
        return command;
    }

    /// <summary>Ends a container whose program was ended by force; null when it ends with the program.</summary>
    public IReadOnlyList<string>? Kill(string name) => IsApptainer ? null : [program, .. options.GlobalArguments, "kill", name];

    /// <summary>An image file, or a registry's image in the words of apptainer.</summary>
    private static string Source(string image) => image.StartsWith('/') || image.Contains("://", StringComparison.Ordinal) ? image : "docker://" + image;
}
