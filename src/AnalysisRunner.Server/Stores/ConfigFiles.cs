using System.Text;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Runs;
using AnalysisRunner.Storage;
using AnalysisRunner.Storage.Transfers;

namespace AnalysisRunner.Server.Stores;

/// <summary>
/// The texts of the config store: composed configs, their origins, templates. In a folder they are files of the server's user alone, since configs may hold private
/// values; in a bucket, objects with the rights of the bucket.
/// </summary>
/// <param name="stores">Reaches the buckets.</param>
internal sealed class ConfigFiles(ObjectStores stores)
{
    private readonly ObjectTransfer _transfer = new(stores);

    /// <summary>A text; null when there is none.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public async Task<byte[]?> ReadAsync(string address, CancellationToken cancellation)
    {
        try
        {
            return StorageAddress.IsUrl(address) ? (await _transfer.ReadAllAsync(address, cancellation)).ToArray() : await File.ReadAllBytesAsync(address, cancellation);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException or StorageException { Code: StorageCodes.NotFound })
        {
            return null;
        }
    }

    /// <summary>A text that somebody asks for; null when there is none.</summary>
    /// <exception cref="AnalysisRunnerException"><c>AR6152</c> the config store cannot be read.</exception>
    public async Task<byte[]?> ReadShownAsync(string address, CancellationToken cancellation)
    {
        try
        {
            return await ReadAsync(address, cancellation);
        }
        catch (IOException unreadable)
        {
            throw Unusable(address, unreadable);
        }
    }

    /// <summary>The refusal of what needs a config store that cannot be read. The reason is the administrator's, not the user's: it goes to the server's log.</summary>
    public static AnalysisRunnerException Unusable(string address, IOException reason) => new(
        StoreCodes.ConfigStoreUnusable, $"The server's config store cannot be read at \"{address}\"; try again, and if that does not help, have an administrator look into the server's log.", reason);

    /// <summary>Whether there is a folder, empty or not; in a bucket, whether anything lies below its name.</summary>
    /// <exception cref="IOException">It cannot be listed.</exception>
    public async Task<bool> HasFolderAsync(string address, CancellationToken cancellation)
    {
        if (!StorageAddress.IsUrl(address)) return Directory.Exists(address);
        var folder = StoragePath.Parse(address);
        await foreach (var _ in stores.For(folder).ListAsync(folder, new ListOptions { PageSize = 1 }, cancellation)) return true;
        return false;
    }

    /// <summary>Writes a text that is written once. It may be there already, from before a crash; another text in its place is refused.</summary>
    /// <exception cref="AnalysisRunnerException"><c>AR6151</c> something else lies there.</exception>
    /// <exception cref="IOException">It cannot be written.</exception>
    public async Task CreateOnceAsync(string address, string text, CancellationToken cancellation)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        if (StorageAddress.IsUrl(address))
        {
            var path = StoragePath.Parse(address);
            try
            {
                await stores.For(path).WriteAsync(path, new MemoryStream(bytes), new WriteOptions { Condition = WriteCondition.CreateOnly }, cancellation);
                return;
            }
            catch (StorageException there) when (there.Code == StorageCodes.AlreadyExists)
            {
                // Compared below.
            }
        }
        else
        {
            PrivateFile.CreateFolder(Path.GetDirectoryName(address)!);
            if (PrivateFile.CreateOnce(address, text)) return;
        }
        if (await ReadAsync(address, cancellation) is not { } found || !found.AsSpan().SequenceEqual(bytes))
        {
            throw new AnalysisRunnerException(
                StoreCodes.ConfigDiffers, $"\"{address}\" exists with another content than this run's config, and the server wrote it not. Find out who writes to the config store; submit again.");
        }
    }
}
