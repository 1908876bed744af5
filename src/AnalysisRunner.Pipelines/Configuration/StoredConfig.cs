using AnalysisRunner.Config;
using AnalysisRunner.Storage;
using AnalysisRunner.Storage.Transfers;

namespace AnalysisRunner.Pipelines.Configuration;

/// <summary>Config files in an object store. <see cref="ConfigStores"/> finds this class by its name and opens it when the first address of a scheme is read.</summary>
/// <param name="scheme">The scheme of its addresses.</param>
internal sealed class StoredConfig(string scheme) : IConfigStore
{
    // As long-lived as the program, like the registration that holds it: each file of a list uses one connection and one set of credentials.
    private readonly ObjectTransfer _transfer = new(new ObjectStores());

    public string Scheme => scheme;

    public ReadOnlyMemory<byte> Read(string address)
    {
        try
        {
            // Off the caller's thread: loading config is synchronous, and its caller may have a context that the reading would wait for.
            return Task.Run(() => _transfer.ReadAllAsync(address, CancellationToken.None)).GetAwaiter().GetResult();
        }
        catch (StorageException missing) when (missing.Code == StorageCodes.NoStore)
        {
            throw new NotSupportedException(missing.Message, missing);
        }
    }
}
