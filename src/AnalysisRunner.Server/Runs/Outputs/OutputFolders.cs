using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Record;
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
    public IReadOnlyList<OutputFolder> Of(InvocationRecord record)
    {
        var found = composition.StorageFolders(record).Where(folder => Kept.Contains(folder.Category, StringComparer.Ordinal));
        FileStore? files = null;
        return [.. found.Select(folder =>
        {
            var path = StoragePath.Parse(folder.Path).Combine(record.Invocation.OutputPrefix);
            return new OutputFolder(folder.Category, path, path.IsFile ? FilesOf(folder.Path) : stores.For(path));
        })];

        // Where templates name each category by itself, each is kept by itself.
        FileStore FilesOf(string address) => record.StorageAddresses is null
            ? files ??= FilesIn(folders.Storage(record.Invocation.Dataset, record.Invocation.AccessLevel.Namespace()))
            : FilesIn(address);
    }

    // A job can put a link where an output could be; what it leads to is read with the rights of the server, so that it must not lead out.
    private static FileStore FilesIn(string root) => new(new FileStoreOptions { Root = root });
}
