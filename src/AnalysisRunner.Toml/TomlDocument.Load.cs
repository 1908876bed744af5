#if !NETSTANDARD2_0
using System.IO;

namespace AnalysisRunner.Toml;

public sealed partial class TomlDocument
{
    /// <summary>Reads a file of UTF-8. Input and output errors pass through; everything else is in <see cref="Errors"/>.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="System.UnauthorizedAccessException">The file may not be read.</exception>
    public static TomlDocument Load(string path, TomlOptions? options = null)
    {
        options ??= TomlOptions.Default;
        var length = new FileInfo(path).Length;
        // A file beyond the limit is not brought into memory only to be refused.
        return length > options.MaximumLength ? RefuseLength(length, path, options) : Parse(File.ReadAllBytes(path), path, options);
    }
}
#endif
