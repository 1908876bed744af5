namespace AnalysisRunner.Engines.Local;

/// <summary>Copies and deletes what may be a file or a folder.</summary>
internal static class LocalFiles
{
    /// <summary>Copies a file, or a folder with all that is in it; links are followed. What was copied is on the disk when this returns.</summary>
    public static void Copy(string from, string to, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (Directory.Exists(from))
        {
            Directory.CreateDirectory(to);
            foreach (var entry in Directory.EnumerateFileSystemEntries(from)) Copy(entry, Path.Combine(to, Path.GetFileName(entry)), cancellation);
            return;
        }
        if (!File.Exists(from)) throw new FileNotFoundException("it does not exist.");
        File.Copy(from, to, overwrite: true);
        using var file = File.OpenHandle(to, FileMode.Open, FileAccess.ReadWrite);
        RandomAccess.FlushToDisk(file);
    }

    /// <summary>Deletes a file or a folder with all that is in it, but not what links lead to; nothing when there is nothing.</summary>
    public static void Delete(string path)
    {
        if (Directory.Exists(path) && new DirectoryInfo(path).LinkTarget is null) Directory.Delete(path, recursive: true);
        else if (Directory.Exists(Path.GetDirectoryName(path))) File.Delete(path);
    }
}
