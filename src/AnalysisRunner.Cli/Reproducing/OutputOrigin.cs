using System.Security.Cryptography;
using AnalysisRunner.Cli.Storing;
using AnalysisRunner.Client;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Storage;
using AnalysisRunner.Submission;

namespace AnalysisRunner.Cli.Reproducing;

/// <summary>Finds the invocation that made an output: by the metadata beside it, else by the server's record.</summary>
internal sealed class OutputOrigin(IAnalysisRunnerApi api, ObjectStores stores)
{
    private const string DefaultCategory = "default";
    private const int Page = 1000;

    /// <summary>The invocation.</summary>
    /// <param name="path">An output, or a folder with outputs, such as an output prefix.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="AnalysisRunnerException">AR1074: nothing says what made it. AR1075: it is not what the invocation made any more.</exception>
    public async Task<Invocation> FindAsync(StoragePath path, CancellationToken cancellation)
    {
        var store = stores.For(path);
        var digest = path.IsRoot ? null : await DigestAsync(store, path, cancellation).ConfigureAwait(false);
        var changed = new List<string>();
        for (var folder = path; ; folder = folder.Parent)
        {
            await foreach (var metadata in OutputMetadata.OfAsync(store, folder, cancellation).ConfigureAwait(false))
            {
                var made = folder == path ? [] : metadata.Outputs.Where(output => IsAtOrBelow(output.Path, path.RelativeTo(folder))).ToList();
                if (folder != path && made.Count == 0) continue;
                if (digest is null || made.Exists(output => output.Sha256 == digest)) return await AskAsync(metadata, path, cancellation).ConfigureAwait(false);
                changed.Add(metadata.ArGuid);
            }
            if (folder.IsRoot) break;
        }
        return await FindInRecordAsync(path, digest, changed, cancellation).ConfigureAwait(false)
            ?? throw (changed.Count > 0 ? Changed(path, changed[0]) : Unknown($"Nothing says which invocation made '{path.Show()}': no metadata lies beside it, and no invocation that you may see at this server lists it."));
    }

    private async Task<Invocation> AskAsync(OutputMetadata metadata, StoragePath path, CancellationToken cancellation)
    {
        try
        {
            return await api.GetInvocationAsync(metadata.ArGuid, cancellation).ConfigureAwait(false);
        }
        catch (AnalysisRunnerException exception) when (exception.Problems[0].Code == PolicyCodes.Unknown)
        {
            var elsewhere = metadata.Link is { } link ? $" It ran at '{TerminalText.OneLine(link)}': name that server with '--server-url'." : "";
            throw Unknown($"'{path.Show()}' was made by invocation '{metadata.ArGuid}', which this server does not have, or does not show to you.{elsewhere}", exception);
        }
    }

    /// <summary>The newest invocation that lists the path; null when none does.</summary>
    private async Task<Invocation?> FindInRecordAsync(StoragePath path, string? digest, List<string> changed, CancellationToken cancellation)
    {
        string? cursor = null;
        do
        {
            var page = await api.ListInvocationsAsync(new InvocationListing { Limit = Page, Cursor = cursor }, cancellation).ConfigureAwait(false);
            foreach (var invocation in page.Invocations.Where(invocation => invocation.Outputs is { Count: > 0 } && !changed.Contains(invocation.ArGuid)))
            {
                var (isListed, isSame) = await ListsAsync(invocation, path, digest, cancellation).ConfigureAwait(false);
                if (isSame) return invocation;
                if (isListed) changed.Add(invocation.ArGuid);
            }
            cursor = page.Next;
        }
        while (cursor is not null);
        return null;
    }

    private async Task<(bool IsListed, bool IsSame)> ListsAsync(Invocation invocation, StoragePath path, string? digest, CancellationToken cancellation)
    {
        if (FolderPattern(invocation) is not { } folders) return (false, false);
        IReadOnlyList<InvocationOutput>? outputs = null;
        var isListed = false;
        foreach (var category in new[] { DefaultCategory, "analysis", "web" })
        {
            if (!StoragePath.TryParse(folders(category), out var folder, out _)) continue;
            var isFolder = path == folder;
            if (!isFolder && !path.IsBelow(folder)) continue;
            outputs ??= await InvocationOutputs.ListAsync(api, invocation.ArGuid, cancellation).ConfigureAwait(false);
            var made = outputs.Where(output => output.Change != OutputChange.Unchanged && output.Category == category && (isFolder || IsAtOrBelow(output.Path, path.RelativeTo(folder)))).ToList();
            if (made.Count == 0) continue;
            isListed = true;
            if (digest is null || made.Exists(output => output.Sha256 == digest)) return (true, true);
        }
        return (isListed, false);
    }

    /// <summary>The folder of an invocation in each category: beside the one that the record names.</summary>
    private static Func<string, string>? FolderPattern(Invocation invocation)
    {
        var path = invocation.OutputPath.Replace('\\', '/');
        var end = $"/{DefaultCategory}/{invocation.OutputPrefix}";
        return path.EndsWith(end, StringComparison.Ordinal) ? category => $"{path[..^end.Length]}/{category}/{invocation.OutputPrefix}" : null;
    }

    /// <summary>The SHA-256 of what is there now; null where no object has the path: then it is a folder, or was deleted.</summary>
    private static async Task<string?> DigestAsync(IObjectStore store, StoragePath path, CancellationToken cancellation)
    {
        if (await store.FindAsync(path, cancellation).ConfigureAwait(false) is not { } info) return null;
        if (info.Sha256 is { } known) return known;
        var content = await store.OpenReadAsync(path, new ReadOptions { Version = info.Version }, cancellation).ConfigureAwait(false);
        await using var reading = content.ConfigureAwait(false);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellation).ConfigureAwait(false));
    }

    private static bool IsAtOrBelow(string output, string wanted) => output == wanted || output.StartsWith(wanted + "/", StringComparison.Ordinal);

    private static AnalysisRunnerException Unknown(string what, Exception? inner = null) =>
        new(CommandLineCodes.OriginUnknown, $"{what} Check the path and the server, or name the invocation by its ar-guid.", inner);

    private static AnalysisRunnerException Changed(StoragePath path, string arGuid) => new(
        CommandLineCodes.OutputChanged,
        $"'{path.Show()}' is not what invocation '{arGuid}' made there: it was changed or replaced since. Name the invocation by its ar-guid to reproduce what it made.");
}
