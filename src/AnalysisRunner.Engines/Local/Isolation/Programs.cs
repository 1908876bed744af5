namespace AnalysisRunner.Engines.Local.Isolation;

/// <summary>Where programs are.</summary>
internal static class Programs
{
    /// <summary>The full path of a program, given as a path or as a name to look for in <c>PATH</c>; null when there is none.</summary>
    public static string? Find(string program) => Path.IsPathRooted(program)
        ? File.Exists(program) ? program : null
        : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Where(Path.IsPathRooted).Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);
}
