using AnalysisRunner.Server.Runs;
using AnalysisRunner.Server.Security;

namespace AnalysisRunner.Server.Hosting;

/// <summary>
/// Which of the servers that share an invocation log this is. It lasts as long as the state folder: what the server has accepted only it can bring to an end,
/// because run files and the engine's jobs lie there.
/// </summary>
/// <param name="Name">By this name it claims invocations.</param>
internal sealed record ServerIdentity(string Name)
{
    /// <summary>The identity of a state folder, made when it has none. The folder's lock must be held.</summary>
    public static ServerIdentity Of(StateFolders folders)
    {
        if (!File.Exists(folders.Identity)) PrivateFile.CreateOnce(folders.Identity, RandomText.ArGuid());
        return new ServerIdentity(File.ReadAllText(folders.Identity).Trim());
    }
}
