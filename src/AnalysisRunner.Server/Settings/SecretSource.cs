using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Server.Settings;

/// <summary>Where a secret is: in a file or in an environment variable, never in the settings. It is read at each use, so that it can be changed without a restart.</summary>
/// <param name="File">The absolute path of the file; the text without the white space around it counts.</param>
/// <param name="Variable">The name of the variable.</param>
internal sealed record SecretSource(string? File, string? Variable)
{
    private const int MaximumLength = 64 * 1024;

    /// <summary>Where it is, for people.</summary>
    public string Place => File is null ? $"the environment variable {Variable}" : $"the file '{File}'";

    /// <summary>Reads it.</summary>
    /// <exception cref="AnalysisRunnerException"><c>AR6181</c> it is not there, or empty.</exception>
    public string Read()
    {
        try
        {
            var text = File is null ? Environment.GetEnvironmentVariable(Variable!)
                : new FileInfo(File).Length > MaximumLength ? throw new IOException($"It has more than {MaximumLength} bytes.")
                : System.IO.File.ReadAllText(File);
            return text?.Trim() is { Length: > 0 } secret ? secret : throw Missing("It is empty.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw Missing(e.Message);
        }
    }

    private AnalysisRunnerException Missing(string why) =>
        new(EndCodes.SecretMissing, $"A secret that the settings need is not in {Place}: {why} Put it there, readable for the server alone.");
}
