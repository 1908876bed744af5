using AnalysisRunner.Cli.Output;
using AnalysisRunner.Storage;

namespace AnalysisRunner.Cli.Storing;

/// <summary>Removes objects; a folder only after it was said how many it holds.</summary>
internal sealed class Removing(CommandContext context, Screen screen, Question question)
{
    public async Task<int> RunAsync(IReadOnlyList<string> texts, bool isRecursive, CancellationToken cancellation)
    {
        var stores = new ObjectStores();
        await using var opened = stores.ConfigureAwait(false);
        var objects = new List<StoragePath>();
        foreach (var path in texts.Select(context.Parse))
        {
            var before = objects.Count;
            if (isRecursive)
                await foreach (var entry in stores.For(path).ListAsync(path, ListOptions.All, cancellation).ConfigureAwait(false)) objects.Add(entry.Path);
            if (objects.Count > before) continue;
            // Deleting what is not there is no error to a store, but to somebody who has mistyped it.
            if (path.IsRoot || await stores.For(path).FindAsync(path, cancellation).ConfigureAwait(false) is null) throw Paths.Missing(path);
            objects.Add(path);
        }
        if (isRecursive) question.Confirm($"Remove {objects.Count} object{(objects.Count == 1 ? "" : "s")} below '{string.Join("', '", texts)}'?", "Give '--yes'.");
        foreach (var group in objects.GroupBy(path => path.Scheme))
        {
            var paths = group.ToList();
            await stores.For(paths[0]).DeleteAsync(paths, cancellation).ConfigureAwait(false);
        }
        screen.Note($"{objects.Count} object{(objects.Count == 1 ? "" : "s")} removed.");
        return ExitCodes.Success;
    }
}
