using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Engines.Local;

/// <summary>Where bash is.</summary>
internal static class BashProgram
{
    /// <summary>The configured program, or the first found in the usual places and in <c>PATH</c>.</summary>
    /// <exception cref="AnalysisRunnerException">There is none.</exception>
    public static string Find(string? configured)
    {
        if (configured is not null)
            return File.Exists(configured) ? Path.GetFullPath(configured) : throw Missing($"The configured bash \"{configured}\" does not exist.");
        return Places().FirstOrDefault(File.Exists) ?? throw Missing("No bash was found, neither in the usual places nor in PATH.");
    }

    private static AnalysisRunnerException Missing(string found) => new(EngineCodes.BashMissing,
        $"{found} Jobs are bash scripts: install bash (on Windows it comes with git), or name its path in the engine's options.");

    private static IEnumerable<string> Places()
    {
        if (OperatingSystem.IsWindows())
        {
            // Not the bash.exe of System32: that one is the door to another operating system.
            yield return Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ProgramFiles), "Git", "bin", "bash.exe");
            yield break;
        }
        yield return "/bin/bash";
        yield return "/usr/bin/bash";
        foreach (var folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries))
        {
            if (Path.IsPathRooted(folder)) yield return Path.Combine(folder, "bash");
        }
    }
}
