namespace AnalysisRunner.Storage;

/// <summary>Opens the store of a package with the settings of the environment.</summary>
public interface IObjectStoreProvider
{
    /// <summary>The scheme of the paths that the store serves.</summary>
    string Scheme { get; }

    /// <summary>Opens the store. Nothing is asked of it yet: wrong settings are refused, missing rights are met by the first operation.</summary>
    /// <exception cref="StorageException"><c>AR7017</c>: a setting is malformed.</exception>
    IObjectStore Open();
}
