using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Runs;

namespace AnalysisRunner.Server.Hosting;

/// <summary>One server at a time holds a state folder. The operating system gives the lock back when the process ends, however it ends.</summary>
internal sealed class StateLock : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode Passable = OwnerOnly | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private readonly FileStream _file;

    private StateLock(FileStream file) => _file = file;

    /// <summary>Makes the folder for its owner only and takes it.</summary>
    /// <exception cref="AnalysisRunnerException"><c>AR6004</c> another server holds it; <c>AR6005</c> it cannot be written.</exception>
    public static StateLock Take(string folder)
    {
        var path = Path.Combine(folder, "server.lock");
        try
        {
            PrivateFile.CreateFolder(folder);
            // A server that lets the users of jobs pass has left it so, for jobs that still run; any other mode is not of its making.
            if (!OperatingSystem.IsWindows() && File.GetUnixFileMode(folder) != Passable) File.SetUnixFileMode(folder, OwnerOnly);
            return new StateLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException e) when (e is not DirectoryNotFoundException && File.Exists(path))
        {
            throw new AnalysisRunnerException(
                PolicyCodes.StateFolderInUse, $"The state folder '{folder}' is held by another runner ({e.Message}); use that one, or choose another folder.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new AnalysisRunnerException(
                PolicyCodes.StateFolderUnusable, $"The state folder '{folder}' cannot be used: {e.Message} Make it yours and writable, or choose another folder.", e);
        }
    }

    public void Dispose() => _file.Dispose();
}
