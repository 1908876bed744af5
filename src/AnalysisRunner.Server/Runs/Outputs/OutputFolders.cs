using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Submissions;
using AnalysisRunner.Storage;
using AnalysisRunner.Storage.Files;

namespace AnalysisRunner.Server.Runs.Outputs;

/// <summary>Where invocations put their outputs.</summary>
/// <param name="composition">Names the folders of a dataset's storage.</param>
/// <param name="folders">Names the storage that they lie in.</param>
/// <param name="stores">The stores that are no files.</param>
internal sealed class OutputFolders(ConfigComposition composition, StateFolders folders, ObjectStores stores)
{
    // What is temporary is gone soon, and uploads are inputs.
    private static readonly string[] Kept = ["default", "analysis", "web"];

    /// <summary>The folders of an invocation, one for each category that keeps what is written to it.</summary>
    /// <exception cref="StorageException">The dataset's storage does not exist, or its store cannot be opened.</exception>
    public IReadOnlyList<OutputFolder> Of(Invocation invocation)
    {
        var found = composition.StorageFolders(invocation.Dataset, invocation.AccessLevel).Where(folder => Kept.Contains(folder.Category, StringComparer.Ordinal));
        FileStore? files = null;
        return [.. found.Select(folder =>
        {
            var path = StoragePath.Parse(folder.Path).Combine(invocation.OutputPrefix);
            return new OutputFolder(folder.Category, path, path.IsFile ? files ??= FilesOf(invocation) : stores.For(path));
        })];
    }

    // A job can put a link where an output could be; what it leads to is read with the rights of the server, so that it must not lead out.
    private FileStore FilesOf(Invocation invocation) => new(new FileStoreOptions { Root = folders.Storage(invocation.Dataset, invocation.AccessLevel.Namespace()) });
}
