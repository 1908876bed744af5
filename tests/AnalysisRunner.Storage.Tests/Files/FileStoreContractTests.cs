using AnalysisRunner.Storage.Files;

namespace AnalysisRunner.Storage.Tests.Files;

public sealed class FileStoreContractTests : ObjectStoreContract, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    protected override IObjectStore Store { get; } = new FileStore(new FileStoreOptions { Durable = false });

    protected override StoragePath Folder => StoragePath.FromLocal(_folder.Path);

    protected override Task AlterAsync(StoragePath path, Func<byte[], byte[]> change)
    {
        // The worst case: what keeps its size keeps its time too.
        var time = File.GetLastWriteTimeUtc(path.LocalPath);
        File.WriteAllBytes(path.LocalPath, change(File.ReadAllBytes(path.LocalPath)));
        File.SetLastWriteTimeUtc(path.LocalPath, time);
        return Task.CompletedTask;
    }

    public void Dispose() => _folder.Dispose();
}
