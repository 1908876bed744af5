using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Hosting;
using AnalysisRunner.Server.Record;
using AnalysisRunner.Storage;

namespace AnalysisRunner.Server.Runs.Outputs;

/// <summary>Lists what a run has made, with digests, into the record.</summary>
internal sealed class OutputCollection(IEndLog log)
{
    private const int PageSize = 500;

    // Digests of what no store knows are computed here, from one stream each.
    private const int AtOnce = 4;

    /// <summary>
    /// Lists the folders. Repeated after a crash it starts anew; once it is complete it does nothing. False when there is nothing in them: that is
    /// noted with the end.
    /// </summary>
    /// <param name="arGuid">The invocation.</param>
    /// <param name="folders">Its folders, each with the file that has what was there before.</param>
    /// <param name="cancellation">Gives up; the next start begins again.</param>
    public async Task<bool> CollectAsync(string arGuid, IReadOnlyList<(OutputFolder Folder, string Before)> folders, CancellationToken cancellation)
    {
        string? problem = null;
        var isBegun = false;
        var unread = 0;
        try
        {
            foreach (var (folder, before) in folders)
            {
                await foreach (var page in DescribeAsync(folder, before, cancellation))
                {
                    if (!isBegun && !await log.BeginOutputsAsync(arGuid, cancellation)) return true;
                    isBegun = true;
                    unread += page.Count(output => output.Problem is not null);
                    await log.AddOutputsAsync(arGuid, page, cancellation);
                    Failpoint.Pass(Failpoint.OutputsNoted);
                }
            }
            if (unread > 0) problem = string.Create(CultureInfo.InvariantCulture, $"{unread} outputs could not be read, so they have no digest; the list says why.");
        }
        catch (StorageException e)
        {
            problem = $"The outputs could not be listed to the end: {e.Code}: {e.Message}";
        }
        if (!isBegun && problem is null) return false;
        if (!isBegun && !await log.BeginOutputsAsync(arGuid, cancellation)) return true;
        await log.CompleteOutputsAsync(arGuid, problem, CancellationToken.None);
        return true;
    }

    private static async IAsyncEnumerable<InvocationOutput[]> DescribeAsync(OutputFolder folder, string before, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var inventory = new OutputInventory.Reader(before);
        await foreach (var page in PagesAsync(folder, inventory, cancellation))
        {
            var outputs = new InvocationOutput[page.Count];
            await Parallel.ForAsync(0, page.Count, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation }, async (index, token) =>
                outputs[index] = await DescribeAsync(folder, page[index], token));
            yield return outputs;
        }
    }

    private static async IAsyncEnumerable<List<Found>> PagesAsync(
        OutputFolder folder, OutputInventory.Reader inventory, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var page = new List<Found>(PageSize);
        await foreach (var (path, entry) in folder.ListAsync(cancellation))
        {
            var earlier = inventory.VersionOf(path);
            page.Add(new Found(path, entry, earlier is null ? OutputChange.Created : earlier == (entry.Version ?? "") ? OutputChange.Unchanged : OutputChange.Replaced));
            if (page.Count < PageSize) continue;
            yield return page;
            page = new List<Found>(PageSize);
        }
        if (page.Count > 0) yield return page;
    }

    private static async Task<InvocationOutput> DescribeAsync(OutputFolder folder, Found found, CancellationToken cancellation)
    {
        var output = new InvocationOutput
        {
            Category = folder.Category,
            Path = found.Path,
            Change = found.Change,
            Length = found.Entry.Length,
            ModifiedAt = found.Entry.Modified,
            Version = found.Entry.Version,
        };
        if (found.Change == OutputChange.Unchanged) return output;
        try
        {
            return output with { Sha256 = await DigestAsync(folder.Store, found.Entry, cancellation) };
        }
        catch (StorageException e)
        {
            return output with { Problem = $"{e.Code}: {e.Message}" };
        }
    }

    private static async Task<string> DigestAsync(IObjectStore store, ListEntry entry, CancellationToken cancellation)
    {
        // What our own stores have written they know already.
        if (await store.FindAsync(entry.Path, cancellation) is { Sha256: { } known } info && info.Version == entry.Version) return known;
        await using var content = await store.OpenReadAsync(entry.Path, new ReadOptions { Version = entry.Version }, cancellation);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellation));
    }

    private sealed record Found(string Path, ListEntry Entry, OutputChange Change);
}
