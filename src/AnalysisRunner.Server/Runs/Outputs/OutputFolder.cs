using AnalysisRunner.Storage;

namespace AnalysisRunner.Server.Runs.Outputs;

/// <summary>An output prefix in one category of a dataset's storage.</summary>
/// <param name="Category">The category.</param>
/// <param name="Path">The folder that the prefix names there.</param>
/// <param name="Store">Its store: one that does not leave the dataset's storage, where a link could lead out of it.</param>
internal sealed record OutputFolder(string Category, StoragePath Path, IObjectStore Store)
{
    /// <summary>The folder, beside the outputs, of what is said about them; nothing in it is an output.</summary>
    public const string MetadataFolder = ".analysis-runner";

    /// <summary>The objects in it, in the order of the UTF-8 bytes of their paths.</summary>
    public async IAsyncEnumerable<(string Path, ListEntry Entry)> ListAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var entry in Store.ListAsync(Path, ListOptions.All, cancellation))
        {
            var path = entry.Path.RelativeTo(Path);
            if (!path.Split('/').Contains(MetadataFolder, StringComparer.OrdinalIgnoreCase)) yield return (path, entry);
        }
    }
}
