using System.Globalization;
using AnalysisRunner.Cli.Commands;
using AnalysisRunner.Cli.Output;
using AnalysisRunner.Storage;

namespace AnalysisRunner.Cli.Storing;

/// <summary>Lists a folder.</summary>
internal sealed class Listing(CommandContext context, Screen screen)
{
    public async Task<int> RunAsync(string text, bool isRecursive, bool asJson, CancellationToken cancellation)
    {
        var path = context.Parse(text);
        var stores = new ObjectStores();
        await using var opened = stores.ConfigureAwait(false);
        var store = stores.For(path);
        var entries = new List<ListEntry>();
        await foreach (var entry in store.ListAsync(path, isRecursive ? ListOptions.All : ListOptions.Default, cancellation).ConfigureAwait(false)) entries.Add(entry);
        // An object is listed by its own path, as 'ls' does with a file.
        if (entries.Count == 0 && !path.IsRoot && await store.FindAsync(path, cancellation).ConfigureAwait(false) is { } info)
            entries.Add(new ListEntry(info.Path, IsFolder: false, info.Length, info.Modified, info.Version));
        if (asJson)
        {
            screen.WriteJson(writer =>
            {
                writer.WriteStartArray();
                foreach (var entry in entries)
                {
                    writer.WriteStartObject();
                    writer.WriteString("path", entry.Path.Show());
                    writer.WriteBoolean("folder", entry.IsFolder);
                    if (!entry.IsFolder)
                    {
                        writer.WriteNumber("bytes", entry.Length);
                        if (entry.Modified is { } modified) writer.WriteString("modified", modified);
                        writer.WriteString("version", entry.Version);
                    }
                    writer.WriteEndObject();
                }
                writer.WriteEndArray();
            });
            return ExitCodes.Success;
        }
        screen.WriteTable(
            ["bytes", "modified", "path"],
            [.. entries.Select(entry => new[]
            {
                entry.IsFolder ? "" : entry.Length.ToString(CultureInfo.InvariantCulture),
                entry.Modified is { } modified ? InvocationsCommand.Moment(modified) : "",
                entry.Path.Show() + (entry.IsFolder ? "/" : ""),
            })],
            $"Nothing lies below '{path.Show()}'.");
        return ExitCodes.Success;
    }
}
