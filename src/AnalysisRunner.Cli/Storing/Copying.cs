using AnalysisRunner.Cli.Output;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Storage;
using Spectre.Console;

namespace AnalysisRunner.Cli.Storing;

/// <summary>What is to be copied.</summary>
internal sealed record CopyWish(string Source, string Destination, bool IsRecursive, bool CreatesOnly, bool IsQuiet, bool AsJson);

/// <summary>Copies objects one after the other: a store sends the parts of one in parallel.</summary>
internal sealed class Copying(CommandContext context, Screen screen)
{
    public async Task<int> RunAsync(CopyWish wish, CancellationToken cancellation)
    {
        var (source, destination) = (context.Parse(wish.Source), context.Parse(wish.Destination));
        var stores = new ObjectStores();
        await using var opened = stores.ConfigureAwait(false);
        var pairs = await PairsAsync(stores, wish, source, destination, cancellation).ConfigureAwait(false);
        var written = new List<ObjectInfo>();
        if (wish.IsQuiet || !context.ErrorIsTerminal)
        {
            foreach (var (from, to, _) in pairs) written.Add(await CopyAsync(stores, from, to, wish, progress: null, cancellation).ConfigureAwait(false));
        }
        else
        {
            await screen.Errors.Value.Progress()
                .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new DownloadedColumn(), new TransferSpeedColumn(), new RemainingTimeColumn())
                .StartAsync(async bars =>
                {
                    foreach (var (from, to, length) in pairs)
                    {
                        var bar = bars.AddTask(Markup.Escape(from.Name), maxValue: Math.Max(length, 1));
                        written.Add(await CopyAsync(stores, from, to, wish, new BarProgress(bar), cancellation).ConfigureAwait(false));
                        bar.Value = bar.MaxValue;
                    }
                }).ConfigureAwait(false);
        }
        if (wish.AsJson) Looking.WriteJson(screen, written);
        else if (!wish.IsQuiet) screen.Note($"{written.Count} object{(written.Count == 1 ? "" : "s")}, {written.Sum(info => info.Length)} bytes.");
        return ExitCodes.Success;
    }

    private static Task<ObjectInfo> CopyAsync(ObjectStores stores, StoragePath from, StoragePath to, CopyWish wish, IProgress<long>? progress, CancellationToken cancellation)
    {
        // A local path's folder is made by its store.
        var options = new WriteOptions { Condition = wish.CreatesOnly ? WriteCondition.CreateOnly : WriteCondition.None, Progress = progress };
        return stores.CopyAsync(from, to, options, cancellation);
    }

    private static async Task<List<(StoragePath From, StoragePath To, long Length)>> PairsAsync(
        ObjectStores stores, CopyWish wish, StoragePath source, StoragePath destination, CancellationToken cancellation)
    {
        var pairs = new List<(StoragePath, StoragePath, long)>();
        if (wish.IsRecursive)
        {
            await foreach (var entry in stores.For(source).ListAsync(source, ListOptions.All, cancellation).ConfigureAwait(false))
                pairs.Add((entry.Path, destination.Combine(entry.Path.RelativeTo(source)), entry.Length));
            if (pairs.Count == 0) throw Paths.Missing(source);
            if (destination.IsBelow(source)) throw new AnalysisRunnerException(CommandLineCodes.ValueMalformed, $"'{wish.Destination}' lies below '{wish.Source}': the copy would contain itself. Choose another folder.");
            return pairs;
        }
        if (source.IsRoot || await stores.For(source).FindAsync(source, cancellation).ConfigureAwait(false) is not { } info) throw Paths.Missing(source);
        var isFolder = destination.IsRoot || wish.Destination.EndsWith('/') || (destination.IsFile && Directory.Exists(destination.LocalPath));
        pairs.Add((source, isFolder ? destination.Combine(source.Name) : destination, info.Length));
        return pairs;
    }

    private sealed class BarProgress(ProgressTask bar) : IProgress<long>
    {
        // A retried part may tell less than before.
        public void Report(long value) => bar.Value = Math.Max(bar.Value, value);
    }
}
