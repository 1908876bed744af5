namespace AnalysisRunner.Cli.Configuring;

/// <summary>The schemas of a project, as the SDK takes them.</summary>
internal static class SchemaFiles
{
    /// <summary>Every <c>*.schema.toml</c> below a folder, but for build output and folders whose name begins with a dot.</summary>
    public static IEnumerable<string> Below(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder, "*.schema.toml").Order(StringComparer.Ordinal)) yield return file;
        foreach (var inner in Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal))
        {
            if (Path.GetFileName(inner) is "bin" or "obj" or ['.', ..]) continue;
            foreach (var file in Below(inner)) yield return file;
        }
    }
}
