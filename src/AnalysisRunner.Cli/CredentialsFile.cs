using System.Text.Json.Nodes;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Submission.Credentials;

namespace AnalysisRunner.Cli;

/// <summary>The user's file of tokens, which only the user can read.</summary>
/// <param name="path">Its full path.</param>
internal sealed class CredentialsFile(string path)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Its full path.</summary>
    public string Path { get; } = path;

    /// <summary>Keeps a server's token in place of an earlier one.</summary>
    /// <exception cref="AnalysisRunnerException">AR1070: the file cannot be read or written.</exception>
    public void Keep(Uri server, string token) => Change(entries =>
    {
        RemoveFrom(entries, server);
        entries[RunnerCredentials.Canonical(server)] = token;
        return true;
    });

    /// <summary>Removes a server's token; false when there is none.</summary>
    /// <exception cref="AnalysisRunnerException">AR1070: the file cannot be read or written.</exception>
    public bool Remove(Uri server) => File.Exists(Path) && Change(entries => RemoveFrom(entries, server));

    private static bool RemoveFrom(JsonObject entries, Uri server)
    {
        var same = entries.Select(entry => entry.Key).Where(key => Uri.TryCreate(key, UriKind.Absolute, out var known) && RunnerCredentials.Canonical(known) == RunnerCredentials.Canonical(server)).ToList();
        foreach (var key in same) entries.Remove(key);
        return same.Count > 0;
    }

    private bool Change(Func<JsonObject, bool> change)
    {
        try
        {
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path)!);
            var entries = File.Exists(Path) ? JsonNode.Parse(File.ReadAllBytes(Path))!.AsObject() : [];
            if (!change(entries)) return false;
            // Made for its owner only from the first byte on, and put in place whole.
            var draft = Path + "." + System.IO.Path.GetRandomFileName();
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows()) options.UnixCreateMode = OwnerOnly;
            using (var writer = new StreamWriter(draft, options)) writer.Write(entries.ToJsonString(new() { WriteIndented = true }));
            File.Move(draft, Path, overwrite: true);
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or System.Text.Json.JsonException or InvalidOperationException)
        {
            // A reader's own message may quote the text.
            var what = exception is IOException or UnauthorizedAccessException ? exception.Message : "it is no JSON object.";
            throw new AnalysisRunnerException(CommandLineCodes.TokenNotKept, $"The file '{Path}' of tokens cannot be changed: {what} Repair it, or remove it.", exception);
        }
    }
}
