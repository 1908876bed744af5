using System.Runtime.CompilerServices;
using System.Text.Json;
using AnalysisRunner.Contracts;
using AnalysisRunner.Storage;

namespace AnalysisRunner.Cli.Reproducing;

/// <summary>What the server has written beside outputs: which invocation made them. Whoever may write the outputs may write this, so it only says whom to ask.</summary>
/// <param name="ArGuid">The invocation.</param>
/// <param name="Link">Its address at the server that ran it.</param>
/// <param name="Outputs">What it made.</param>
internal sealed record OutputMetadata(string ArGuid, string? Link, IReadOnlyList<InvocationOutput> Outputs)
{
    private const string Folder = ".analysis-runner";
    private const string Ending = ".json";
    private const string Format = "analysis-runner-invocation/1";

    /// <summary>Whether a text has the form of an ar-guid.</summary>
    public static bool IsArGuid(string text) =>
        text.Length == 36 && char.IsAsciiLetterLower(text[0]) && Guid.TryParseExact(text, "D", out _) && !text.Any(char.IsAsciiLetterUpper);

    /// <summary>All that lies in a folder, the last written first: it is about what is there now.</summary>
    /// <exception cref="StorageException">The folder cannot be listed, or a file of it read.</exception>
    public static async IAsyncEnumerable<OutputMetadata> OfAsync(IObjectStore store, StoragePath folder, [EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach (var (name, open) in await ListAsync(store, folder, cancellation).ConfigureAwait(false))
        {
            var content = await open().ConfigureAwait(false);
            await using var reading = content.ConfigureAwait(false);
            if (await ReadAsync(name, content, cancellation).ConfigureAwait(false) is { } found) yield return found;
        }
    }

    private static async Task<IReadOnlyList<(string ArGuid, Func<Task<Stream>> Open)>> ListAsync(IObjectStore store, StoragePath folder, CancellationToken cancellation)
    {
        if (folder.IsFile) return ListFiles(Path.Combine(folder.LocalPath, Folder));
        var found = new List<ListEntry>();
        await foreach (var entry in store.ListAsync(folder.Combine(Folder), ListOptions.Default, cancellation).ConfigureAwait(false))
            if (!entry.IsFolder && ArGuidOf(entry.Path.Name) is not null) found.Add(entry);
        return
        [
            .. found.OrderByDescending(entry => entry.Modified)
                .Select(entry => (ArGuidOf(entry.Path.Name)!, (Func<Task<Stream>>)(async () => await store.OpenReadAsync(entry.Path, cancellationToken: cancellation).ConfigureAwait(false)))),
        ];
    }

    // The store of files keeps this folder to itself, beside its own records.
    private static IReadOnlyList<(string ArGuid, Func<Task<Stream>> Open)> ListFiles(string folder)
    {
        // Also where the path is that of a file.
        if (!Directory.Exists(folder)) return [];
        try
        {
            return
            [
                .. new DirectoryInfo(folder).EnumerateFiles("*" + Ending).Where(file => ArGuidOf(file.Name) is not null).OrderByDescending(file => file.LastWriteTimeUtc)
                    .Select(file => (ArGuidOf(file.Name)!, (Func<Task<Stream>>)(() => Task.FromResult<Stream>(file.OpenRead())))),
            ];
        }
        catch (UnauthorizedAccessException)
        {
            // It is not for us to see, and the next folder up may be.
            return [];
        }
    }

    private static string? ArGuidOf(string name) => name.EndsWith(Ending, StringComparison.Ordinal) && IsArGuid(name[..^Ending.Length]) ? name[..^Ending.Length] : null;

    /// <summary>Reads one; null where it is something else.</summary>
    private static async Task<OutputMetadata?> ReadAsync(string arGuid, Stream content, CancellationToken cancellation)
    {
        try
        {
            using var document = await JsonDocument.ParseAsync(content, default, cancellation).ConfigureAwait(false);
            var root = document.RootElement;
            if (root.GetProperty("format").GetString() != Format || root.GetProperty("invocation").GetProperty("arGuid").GetString() != arGuid) return null;
            return new OutputMetadata(
                arGuid,
                root.GetProperty("links").GetProperty("invocation").GetString(),
                root.GetProperty("outputs").Deserialize(ContractsJson.Default.IReadOnlyListInvocationOutput) ?? []);
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }
}
