using System.Text.Json;
using System.Text.Json.Nodes;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Submission.Credentials;

/// <summary>The user's file of tokens, which only the user can read: a JSON object of servers' addresses and what is kept for each.</summary>
/// <param name="path">Its full path.</param>
internal sealed class CredentialsFile(string path)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>Its full path.</summary>
    public string Path { get; } = path;

    /// <summary>What is kept for a server; null when nothing is.</summary>
    /// <exception cref="AnalysisRunnerException">AR1017: the file cannot be read, or others can.</exception>
    public KeptToken? Find(Uri server)
    {
        try
        {
            if (!File.Exists(Path)) return null;
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(Path) & Others) != 0)
                throw NotUsable($"The file '{Path}' holds tokens and other users may read or write it. Run 'chmod 600' on it, and replace the tokens if they were seen.");
            var entries = Read();
            // Every entry is read: one that is spoilt is told before it is needed.
            var kept = entries.Select(entry => (entry.Key, Token: KeptToken.Parse(entry.Value))).ToList();
            return kept.Find(entry => IsOf(entry.Key, server)).Token;
        }
        catch (Exception exception) when (IsUnreadable(exception))
        {
            // The reader's own message is left out: it may quote the text.
            throw NotUsable($"The file '{Path}' cannot be read as a JSON object of server addresses and tokens.", exception);
        }
    }

    /// <summary>Keeps what belongs to a server in place of what was there.</summary>
    /// <exception cref="AnalysisRunnerException">AR1070: the file cannot be read or written.</exception>
    public void Keep(Uri server, KeptToken token) => Change(entries =>
    {
        RemoveFrom(entries, server);
        entries[RunnerCredentials.Canonical(server)] = token.ToJson();
        return true;
    });

    /// <summary>Removes what is kept for a server; false when nothing is.</summary>
    /// <exception cref="AnalysisRunnerException">AR1070: the file cannot be read or written.</exception>
    public bool Remove(Uri server) => File.Exists(Path) && Change(entries => RemoveFrom(entries, server));

    /// <summary>Keeps other programs from renewing a token at the same time: an issuer takes each refresh token once. The lock ends with its process.</summary>
    /// <exception cref="AnalysisRunnerException">AR1070: another program holds it, or it cannot be made.</exception>
    public async Task<IDisposable> LockAsync(CancellationToken cancellation)
    {
        for (var waited = TimeSpan.Zero; ; waited += Pause)
        {
            try
            {
                return new FileStream(Path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1);
            }
            catch (IOException) when (waited < Patience)
            {
                // There is nothing to wait on: a lock file does not tell when it is released.
                await Task.Delay(Pause, cancellation).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                throw new AnalysisRunnerException(CommandLineCodes.TokenNotKept, $"'{Path}.lock' cannot be taken, so no token is renewed: {exception.Message} End the program that holds it, or make its folder writable.", exception);
            }
        }
    }

    private static bool RemoveFrom(JsonObject entries, Uri server)
    {
        var same = entries.Select(entry => entry.Key).Where(key => IsOf(key, server)).ToList();
        foreach (var key in same) entries.Remove(key);
        return same.Count > 0;
    }

    private static bool IsOf(string key, Uri server) => Uri.TryCreate(key, UriKind.Absolute, out var known) && RunnerCredentials.Canonical(known) == RunnerCredentials.Canonical(server);

    private JsonObject Read() => JsonNode.Parse(File.ReadAllBytes(Path)) as JsonObject ?? throw new InvalidOperationException("It is no JSON object.");

    private bool Change(Func<JsonObject, bool> change)
    {
        try
        {
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path)!);
            var entries = File.Exists(Path) ? Read() : [];
            if (!change(entries)) return false;
            // Made for its owner only from the first byte on, and put in place whole.
            var draft = Path + "." + System.IO.Path.GetRandomFileName();
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows()) options.UnixCreateMode = OwnerOnly;
            using (var writer = new StreamWriter(draft, options)) writer.Write(entries.ToJsonString(new() { WriteIndented = true }));
            File.Move(draft, Path, overwrite: true);
            return true;
        }
        catch (Exception exception) when (IsUnreadable(exception))
        {
            // A reader's own message may quote the text.
            var what = exception is IOException or UnauthorizedAccessException ? exception.Message : "it is no JSON object.";
            throw new AnalysisRunnerException(CommandLineCodes.TokenNotKept, $"The file '{Path}' of tokens cannot be changed: {what} Repair it, or remove it.", exception);
        }
    }

    private static bool IsUnreadable(Exception exception) => exception is JsonException or InvalidOperationException or ArgumentException or FormatException or IOException or UnauthorizedAccessException;

    private static AnalysisRunnerException NotUsable(string message, Exception? inner = null) => new(BuildCodes.NoCredentials, message, inner);
}
