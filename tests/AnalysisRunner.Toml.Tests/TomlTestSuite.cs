namespace AnalysisRunner.Toml.Tests;

/// <summary>
/// The public toml-test cases: the folder named by <c>TOML_TEST_FOLDER</c>, or <c>shared/toml-test</c> beside one of the folders above the tests.
/// </summary>
internal static class TomlTestSuite
{
    public static string? Folder { get; } = Find();

    public static IReadOnlyList<string> Listed(TomlVersion version)
    {
        var list = version == TomlVersion.V1_0 ? "files-toml-1.0.0" : "files-toml-1.1.0";
        return [.. File.ReadLines(Path.Combine(Folder!, list)).Select(line => line.Trim()).Where(line => line.Length > 0)];
    }

    public static IReadOnlyList<string> Valid(TomlVersion version) =>
        [.. Listed(version).Where(path => path.StartsWith("valid/", StringComparison.Ordinal) && path.EndsWith(".toml", StringComparison.Ordinal))];

    public static IReadOnlyList<string> Invalid(TomlVersion version) =>
        [.. Listed(version).Where(path => path.StartsWith("invalid/", StringComparison.Ordinal) && path.EndsWith(".toml", StringComparison.Ordinal))];

    public static byte[] Read(string path) => File.ReadAllBytes(Path.Combine(Folder!, path));

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable("TOML_TEST_FOLDER") is { Length: > 0 } named) return named;
        foreach (var start in new[] { AppContext.BaseDirectory, Directory.GetCurrentDirectory(), SourceFolder() })
        {
            for (var folder = start; folder is not null; folder = Path.GetDirectoryName(folder))
            {
                var candidate = Path.Combine(folder, "shared", "toml-test");
                if (File.Exists(Path.Combine(candidate, "files-toml-1.0.0"))) return candidate;
            }
        }

        return null;
    }

    /// <summary>Outputs may lie far from the sources, which are beside the folder.</summary>
    private static string? SourceFolder([System.Runtime.CompilerServices.CallerFilePath] string path = "") => Path.GetDirectoryName(path);
}

/// <summary>A fact that is skipped where the toml-test folder is absent.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class TomlTestFactAttribute : FactAttribute
{
    public TomlTestFactAttribute()
    {
        if (TomlTestSuite.Folder is null) Skip = "There is no toml-test folder here; set TOML_TEST_FOLDER to it. The project's own cases cover the grammar.";
    }
}

/// <summary>A theory that is skipped where the toml-test folder is absent.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class TomlTestTheoryAttribute : TheoryAttribute
{
    public TomlTestTheoryAttribute()
    {
        if (TomlTestSuite.Folder is null) Skip = "There is no toml-test folder here; set TOML_TEST_FOLDER to it. The project's own cases cover the grammar.";
    }
}
