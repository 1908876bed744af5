using AnalysisRunner.Storage;

namespace AnalysisRunner.Cli.Submitting;

/// <summary>The config files of a submission as local files: those in object stores are fetched, and removed at the end.</summary>
internal sealed class ConfigCopies : IDisposable
{
    private readonly string? _folder;

    private ConfigCopies(IReadOnlyList<string> files, string? folder) => (Files, _folder) = (files, folder);

    /// <summary>Full paths, in the order in which they were given.</summary>
    public IReadOnlyList<string> Files { get; }

    /// <summary>Fetches what is not here.</summary>
    /// <exception cref="StorageException">An object cannot be read.</exception>
    public static async Task<ConfigCopies> FetchAsync(IReadOnlyList<string> given, string folder, CancellationToken cancellation)
    {
        if (!given.Any(IsStored)) return new ConfigCopies([.. given.Select(path => Path.GetFullPath(path, folder))], null);
        var stores = new ObjectStores();
        await using var opened = stores.ConfigureAwait(false);
        var copies = Directory.CreateTempSubdirectory("analysis-runner-config-").FullName;
        var files = new List<string>();
        try
        {
            foreach (var path in given)
            {
                if (!IsStored(path))
                {
                    files.Add(Path.GetFullPath(path, folder));
                    continue;
                }
                var source = StoragePath.Parse(path);
                // Two objects may have one name.
                var copy = Path.Combine(Directory.CreateDirectory(Path.Combine(copies, files.Count.ToString(System.Globalization.CultureInfo.InvariantCulture))).FullName, source.Name);
                var content = await stores.For(source).OpenReadAsync(source, null, cancellation).ConfigureAwait(false);
                await using var reading = content.ConfigureAwait(false);
                var file = File.Create(copy);
                await using var writing = file.ConfigureAwait(false);
                await content.CopyToAsync(file, cancellation).ConfigureAwait(false);
                files.Add(copy);
            }
            return new ConfigCopies(files, copies);
        }
        catch
        {
            Directory.Delete(copies, recursive: true);
            throw;
        }
    }

    public void Dispose()
    {
        if (_folder is not null) Directory.Delete(_folder, recursive: true);
    }

    private static bool IsStored(string path) => path.StartsWith("gs://", StringComparison.Ordinal) || path.StartsWith("s3://", StringComparison.Ordinal);
}
