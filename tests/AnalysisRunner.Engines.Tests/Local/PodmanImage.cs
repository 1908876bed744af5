using System.Diagnostics;
using AnalysisRunner.Engines.Local;
using AnalysisRunner.Engines.Local.Isolation;

namespace AnalysisRunner.Engines.Tests.Local;

/// <summary>An image of this machine's bash and a few programs, in a store of its own; made without a registry.</summary>
public sealed class PodmanImage : IDisposable
{
    public const string Name = "localhost/engine-tests:1";

    private readonly TemporaryFolder _folder = new();

    public PodmanImage()
    {
        // The image is this machine's own programs with their libraries, so that nothing is downloaded.
        const string Make = """
            set -euo pipefail
            mkdir -p "$1"/{bin,usr/bin,tmp,proc,dev,sys,etc}
            for program in bash ls cat sleep touch env kill; do
              path=$(type -P "$program"); cp -L "$path" "$1/bin/"
              for library in $(ldd "$path" | grep -o '/[^ ]*'); do mkdir -p "$1$(dirname "$library")"; cp -Lu "$library" "$1$library"; done
            done
            tar -C "$1" -cf "$1.tar" .
            """;
        Run("bash", "-c", Make, "make", _folder["rootfs"]);
        Run(Options.Program, [.. Options.GlobalArguments, "import", _folder["rootfs.tar"], Name]);
    }

    /// <summary>Why containers cannot be run here; null when they can.</summary>
    public static string? Missing { get; } = Environment.IsPrivilegedProcess && Programs.Find("podman") is not null && File.Exists(Runtime) ? null : "needs root, podman and runc";

    public ContainerOptions Options => new()
    {
        Program = "podman",
        // Of all runtimes this one works whatever mixture of control groups a machine has.
        GlobalArguments = ["--root", _folder["root"], "--runroot", _folder["run"], "--cgroup-manager=cgroupfs", "--runtime", Runtime],
        RunArguments = ["--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1024:1024"],
    };

    private static string Runtime => "/usr/sbin/runc";

    /// <summary>The image by its digest.</summary>
    public string Resolved => $"{Name.Split(':')[0]}@{Run(Options.Program, [.. Options.GlobalArguments, "image", "inspect", "--format", "{{.Digest}}", Name]).Trim()}";

    /// <summary>The containers that run.</summary>
    public string[] Containers() => Run(Options.Program, [.. Options.GlobalArguments, "ps", "--format", "{{.Names}}"]).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public void Dispose()
    {
        Run(Options.Program, [.. Options.GlobalArguments, "rm", "--force", "--all"]);
        Run(Options.Program, [.. Options.GlobalArguments, "rmi", "--force", "--all"]);
        // Storage drivers leave a mount behind, which keeps the folder busy.
        Run("bash", "-c", "umount --lazy \"$1\"/root/overlay 2>/dev/null || true", "end", _folder.Path);
        _folder.Dispose();
    }

    private static string Run(string program, params ReadOnlySpan<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, [.. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {errors.Result}");
    }
}

/// <summary>A test that runs containers; skipped where that cannot be done.</summary>
public sealed class PodmanFactAttribute : FactAttribute
{
    public PodmanFactAttribute() => Skip = PodmanImage.Missing;
}
