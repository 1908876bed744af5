using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Runs;
using AnalysisRunner.Storage;

namespace AnalysisRunner.Server.Stores;

/// <summary>Looks at the object stores of the settings before a server starts: what only an administrator can put right is said then, and not with the first run.</summary>
internal static class StoreStart
{
    /// <summary>Looks.</summary>
    /// <exception cref="AnalysisRunnerException"><c>AR6152</c> the config store refuses this server, or the store of either setting cannot be opened.</exception>
    public static async Task EnsureAsync(StateFolders folders, ObjectStores stores, ILogger logger, CancellationToken cancellation)
    {
        try
        {
            foreach (var address in new[] { folders.Configs, folders.Storage("x", "test") })
                if (StorageAddress.IsUrl(address)) stores.For(StoragePath.Parse(address));
            if (StorageAddress.IsUrl(folders.Configs)) await new ConfigFiles(stores).HasFolderAsync(folders.Configs, cancellation);
        }
        catch (StorageException passing) when (passing.Kind is StorageErrorKind.Unavailable or StorageErrorKind.Throttled)
        {
            // What was recorded must be brought to its end when the store is back, so this server starts.
            logger.LogWarning("The config store does not answer: {Reason}", passing.Message);
        }
        catch (StorageException refused)
        {
            throw new AnalysisRunnerException(StoreCodes.ConfigStoreUnusable, $"The server cannot use the stores of its settings: {refused.Message} Correct \"config_store\" or \"storage\", or the rights of this server.", refused);
        }
    }
}
