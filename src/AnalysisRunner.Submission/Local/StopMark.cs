using System.Security.Cryptography;
using System.Text;
using AnalysisRunner.Contracts;

namespace AnalysisRunner.Submission.Local;

/// <summary>
/// Which runner was last ended by force: builds that waited for one of its runs do not start another. It is told by its token, of which there is one for
/// each start, and whose hash is kept.
/// </summary>
internal sealed class StopMark(StateFolder state)
{
    private string FileName => Path.Combine(state.Path, "stopped");

    /// <summary>Notes that the runner is being ended; before it is, so that nobody finds it gone and no mark.</summary>
    public void Set(LocalRunnerFile runner) => File.WriteAllText(FileName, Hash(runner));

    /// <summary>Takes the note back: the runner did not end.</summary>
    public void Clear() => File.Delete(FileName);

    /// <summary>Whether this runner was ended by force.</summary>
    public bool Names(LocalRunnerFile runner)
    {
        try
        {
            return File.ReadAllText(FileName) == Hash(runner);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
    }

    private static string Hash(LocalRunnerFile runner) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(runner.Token)));
}
