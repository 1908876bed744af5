using AnalysisRunner.Storage;

namespace AnalysisRunner.Cli.Storing;

/// <summary>Paths as users write them.</summary>
internal static class Paths
{
    /// <summary>The path; a local one from the current folder.</summary>
    /// <exception cref="StorageException">AR7001: it is none.</exception>
    public static StoragePath Parse(this CommandContext context, string text) =>
        text.Contains("://", StringComparison.Ordinal) ? StoragePath.Parse(text) : StoragePath.FromLocal(text.Length == 0 ? text : Path.GetFullPath(text, context.Folder));

    /// <summary>The path as a user would write it.</summary>
    public static string Show(this StoragePath path) => path.IsFile ? path.LocalPath : path.ToString();

    /// <summary>Says that an object is not there, as a store would when it is read.</summary>
    public static StorageException Missing(StoragePath path) =>
        new(StorageErrorKind.NotFound, StorageCodes.NotFound, path.ToString(), $"\"{path.Show()}\" does not exist. Check the path; 'analysis-runner storage ls' shows what is there.");
}
