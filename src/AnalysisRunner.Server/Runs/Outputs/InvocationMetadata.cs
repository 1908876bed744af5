using System.Text.Json;
using AnalysisRunner.Contracts;
using AnalysisRunner.Engines.Local.Users;
using AnalysisRunner.Server.Hosting;
using AnalysisRunner.Server.Record;
using AnalysisRunner.Storage;

namespace AnalysisRunner.Server.Runs.Outputs;

/// <summary>
/// Writes, beside the outputs of an invocation, what made them: the link from data to invocation that outlives the server. It is written in every folder
/// that has an output; where a run made nothing, there is nothing to link.
/// </summary>
internal sealed class InvocationMetadata(IInvocationLog log, ServerAddress address)
{
    private const string Format = "analysis-runner-invocation/1";
    private const int PageSize = 1000;

    // Whoever may read the outputs may read what made them.
    private const UnixFileMode ForFiles =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    /// <summary>Writes it, in place of one that a crashed attempt may have left.</summary>
    /// <param name="invocation">The invocation, in the state that it ends in.</param>
    /// <param name="folders">Its folders.</param>
    /// <param name="temporary">A file of the run, in which the text is put together.</param>
    /// <param name="cancellation">Gives up; the next start writes it.</param>
    /// <exception cref="IOException">It could not be written to one of the folders.</exception>
    /// <exception cref="UnauthorizedAccessException">The run's user may not write to one of the folders.</exception>
    /// <exception cref="AnalysisRunnerException">The run's user is not usable any more.</exception>
    public async Task WriteAsync(Invocation invocation, IReadOnlyList<OutputFolder> folders, string temporary, CancellationToken cancellation)
    {
        var categories = await ComposeAsync(invocation, temporary, cancellation);
        foreach (var folder in folders.Where(folder => categories.Contains(folder.Category)))
        {
            await using var content = new FileStream(temporary, FileMode.Open, FileAccess.Read);
            var name = invocation.ArGuid + ".json";
            if (folder.Path.IsFile) WriteFile(content, folder.Path.LocalPath, name, OsUser.Of(invocation.Identity));
            else await folder.Store.WriteAsync(folder.Path.Combine($"{OutputFolder.MetadataFolder}/{name}"), content, new WriteOptions { ContentType = "application/json" }, cancellation);
        }
    }

    /// <summary>Puts the text together; the answer is the categories that have outputs.</summary>
    private async Task<HashSet<string>> ComposeAsync(Invocation invocation, string file, CancellationToken cancellation)
    {
        var categories = new HashSet<string>(StringComparer.Ordinal);
        await using var stream = new FileStream(file, FileMode.Create, FileAccess.Write);
        await using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteString("format", Format);
        json.WritePropertyName("invocation");
        JsonSerializer.Serialize(json, invocation, ContractsJson.Default.Invocation);
        json.WriteStartObject("links");
        var api = $"{address.Url}/api/v1/invocations/{invocation.ArGuid}";
        json.WriteString("invocation", api);
        foreach (var part in new[] { "config", "log", "events", "outputs" }) json.WriteString(part, $"{api}/{part}");
        json.WriteEndObject();
        json.WriteStartArray("outputs");
        (string, string)? after = null;
        while (await log.ListOutputsAsync(invocation.ArGuid, after, PageSize, cancellation) is [.., var last] page)
        {
            foreach (var output in page.Where(output => output.Change != OutputChange.Unchanged))
            {
                categories.Add(output.Category);
                JsonSerializer.Serialize(json, output, ContractsJson.Default.InvocationOutput);
            }
            await json.FlushAsync(cancellation);
            after = (last.Category, last.Path);
        }
        json.WriteEndArray();
        json.WriteEndObject();
        return categories;
    }

    // With the rights of the run's own user: what the run has put there, links among it, leads nowhere that it could not go itself, and what is written
    // belongs to it like its outputs. Not through the store, which keeps this folder to itself.
    private static void WriteFile(FileStream content, string folder, string name, OsUser? user)
    {
        using var rights = FileRights.Of(user);
        var place = new DirectoryInfo(Path.Combine(folder, OutputFolder.MetadataFolder));
        if (place.LinkTarget is { } elsewhere) throw new IOException($"'{place.FullName}' is a link to '{elsewhere}', and is not followed; remove it.");
        if (!place.Exists)
        {
            place.Create();
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(place.FullName, File.GetUnixFileMode(folder));
        }
        var (target, unfinished) = (Path.Combine(place.FullName, name), Path.Combine(place.FullName, $"{Guid.NewGuid():N}.new"));
        try
        {
            using (var file = new FileStream(unfinished, FileMode.CreateNew, FileAccess.Write))
            {
                content.CopyTo(file);
                file.Flush(flushToDisk: true);
            }
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(unfinished, File.GetUnixFileMode(folder) & ForFiles);
            File.Move(unfinished, target, overwrite: true);
        }
        finally
        {
            File.Delete(unfinished);
        }
    }
}
