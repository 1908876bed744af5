namespace AnalysisRunner.Submission;

/// <summary>
/// Finds a program in the absolute folders of PATH, and nowhere else: <see cref="System.Diagnostics.Process"/> also looks in the current folder,
/// and a repository could bring a file named <c>git</c>.
/// </summary>
internal static class ProgramPath
{
    public static string? Find(string name)
    {
        var fileName = OperatingSystem.IsWindows() ? name + ".exe" : name;
        return (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Where(Path.IsPathFullyQualified)
            .Select(folder => Path.Combine(folder, fileName))
            .FirstOrDefault(IsExecutable);
    }

    private static bool IsExecutable(string path) =>
        File.Exists(path)
        && (OperatingSystem.IsWindows()
            || (File.GetUnixFileMode(path) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != 0);
}
