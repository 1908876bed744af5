using System.Diagnostics;

namespace AnalysisRunner.Pipelines.Tests;

/// <summary>The real bash, in an empty folder of its own and with a resource folder whose name needs quoting.</summary>
internal static class Bash
{
    public static string? Path { get; } =
        new[] { "/bin/bash", "/usr/bin/bash", "/usr/local/bin/bash", "/opt/homebrew/bin/bash" }.FirstOrDefault(File.Exists);

    /// <summary>What the script prints; it must succeed, and leave no file behind but in the resource folder.</summary>
    public static string Run(string script, Action<string>? prepare = null)
    {
        var folder = Directory.CreateTempSubdirectory("pipelines-tests-").FullName;
        try
        {
            var work = Directory.CreateDirectory(System.IO.Path.Combine(folder, "work")).FullName;
            var resources = Directory.CreateDirectory(System.IO.Path.Combine(folder, "it's \"a\" $folder")).FullName;
            prepare?.Invoke(resources);

            var start = new ProcessStartInfo(Path!, ["--noprofile", "--norc", "-euo", "pipefail", "-c", script])
            {
                WorkingDirectory = work,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
            };
            start.Environment["BATCH_TMPDIR"] = resources;
            using var bash = Process.Start(start)!;
            var errors = bash.StandardError.ReadToEndAsync();
            var output = bash.StandardOutput.ReadToEnd();
            bash.WaitForExit();
            bash.ExitCode.ShouldBe(0, script + "\n" + errors.Result);
            Directory.EnumerateFileSystemEntries(work).ShouldBeEmpty(script);
            return output;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
