using System.Text;
using AnalysisRunner.Config;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Toml;
using Microsoft.Build.Framework;

namespace AnalysisRunner.Sdk.Tasks;

/// <summary>
/// Writes the JSON Schema of a project's config, for TOML editors. All schemas of a project judge each of its config files together, so every file that is
/// written, one per schema, holds all of them. Mistakes in schemas are the compiler's to report, and failing to write is a warning: no build needs these files.
/// </summary>
public sealed class WriteConfigJsonSchemas : Microsoft.Build.Utilities.Task
{
    /// <summary>The project's own schemas.</summary>
    [Required]
    public ITaskItem[] Schemas { get; set; } = [];

    /// <summary>The schemas of referenced projects.</summary>
    public ITaskItem[] KnownSchemas { get; set; } = [];

    /// <summary>The files to write.</summary>
    [Required]
    public ITaskItem[] Files { get; set; } = [];

    /// <summary>What editors call the schema: the assembly's name.</summary>
    [Required]
    public string Title { get; set; } = "";

    /// <inheritdoc/>
    public override bool Execute()
    {
        try
        {
            var content = Encoding.UTF8.GetBytes(JsonSchemaWriter.Write(Schema.Combine([.. Read(KnownSchemas), .. Read(Schemas)]), Title));
            foreach (var file in Files) Write(file.GetMetadata("FullPath"), content);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Log.LogWarning(
                subcategory: null, BuildCodes.JsonSchemaNotWritten, helpKeyword: null, DiagnosticPage.For(BuildCodes.JsonSchemaNotWritten), file: null,
                lineNumber: 0, columnNumber: 0, endLineNumber: 0, endColumnNumber: 0,
                "{0}",
                $"The JSON Schema for TOML editors is not written: {exception.Message} Editors go on with the old one, if any; the build itself checks config "
                    + "without it. Make the file and its folder accessible, and build again.");
        }
        return !Log.HasLoggedErrors;
    }

    // By name, so that the text is the same wherever the projects lie; the path is for equal names.
    private static IEnumerable<SchemaFile> Read(ITaskItem[] items) => items
        .Select(item => item.GetMetadata("FullPath"))
        .OrderBy(Path.GetFileName, StringComparer.Ordinal).ThenBy(path => path, StringComparer.Ordinal)
        .Select(path => SchemaFile.Parse(TomlDocument.Parse(File.ReadAllBytes(path), path)));

    private static void Write(string path, byte[] content)
    {
        if (File.Exists(path) && content.AsSpan().SequenceEqual(File.ReadAllBytes(path)))
        {
            // The same text, but newer than what it is made from now: the next build has nothing to do.
            File.SetLastWriteTimeUtc(path, DateTime.UtcNow);
            return;
        }
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
    }
}
