using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Submission.Local;

/// <summary>The folder of one user's local runner: what it records, and how builds find it.</summary>
/// <param name="path">Its full path.</param>
public sealed class StateFolder(string path)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Its full path.</summary>
    public string Path { get; } = path;

    /// <summary>The file by which a running runner is found.</summary>
    public string RunnerFile => System.IO.Path.Combine(Path, LocalRunnerFile.FileName);

    /// <summary>The copies of the server that runners are started from.</summary>
    internal string Copies => System.IO.Path.Combine(Path, "runner");

    /// <summary>
    /// The user's own: <c>$ANALYSIS_RUNNER_STATE</c>, else <c>$XDG_STATE_HOME/analysis-runner</c>, else <c>~/.local/state/analysis-runner</c>, or on
    /// Windows the local application data.
    /// </summary>
    /// <exception cref="AnalysisRunnerException">AR1010: the variable does not name an absolute path.</exception>
    public static StateFolder OfUser(Func<string, string?> environment)
    {
        if (environment(LocalRunnerFile.StateVariable) is { Length: > 0 } chosen)
        {
            return System.IO.Path.IsPathFullyQualified(chosen)
                ? new StateFolder(System.IO.Path.GetFullPath(chosen))
                : throw new AnalysisRunnerException(
                    BuildCodes.StateFolderNotWritable, $"{LocalRunnerFile.StateVariable} is '{chosen}', which is not an absolute path. Set it to one.");
        }
        if (OperatingSystem.IsWindows())
            return new StateFolder(System.IO.Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "analysis-runner"));
        // The XDG rules: a relative value is as good as none.
        return environment("XDG_STATE_HOME") is { } xdg && System.IO.Path.IsPathFullyQualified(xdg)
            ? new StateFolder(System.IO.Path.Combine(xdg, "analysis-runner"))
            : new StateFolder(System.IO.Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "state", "analysis-runner"));
    }

    /// <summary>Makes the folder, for its owner only, and tries to write to it.</summary>
    /// <exception cref="AnalysisRunnerException">AR1010: it cannot be written, or belongs to another user.</exception>
    public void Create()
    {
        try
        {
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(Path);
            }
            else
            {
                Directory.CreateDirectory(Path, OwnerOnly);
                // Only an owner may do this: a folder that somebody else laid out, to be handed a token or a server, is refused here.
                File.SetUnixFileMode(Path, OwnerOnly);
            }
            using var probe = new FileStream(
                System.IO.Path.Combine(Path, System.IO.Path.GetRandomFileName()), FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new AnalysisRunnerException(
                BuildCodes.StateFolderNotWritable,
                $"The state folder '{Path}' of the local runner cannot be written: {exception.Message} Make it writable for you, or set {LocalRunnerFile.StateVariable} to another folder.",
                exception);
        }
    }
}
