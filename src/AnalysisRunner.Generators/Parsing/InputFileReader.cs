using System;
using System.Globalization;
using System.Linq;
using System.Threading;
using AnalysisRunner.Config;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace AnalysisRunner.Generators;

/// <summary>Picks our own files out of the additional files, by their metadata, and reads what the project says about itself.</summary>
internal static class InputFileReader
{
    private const string Metadata = "build_metadata.AdditionalFiles.";

    internal static InputFile? Read(AdditionalText file, AnalyzerConfigOptionsProvider options, CancellationToken cancellation)
    {
        var metadata = options.GetOptions(file);
        if (RoleOf(metadata) is not { } role || file.GetText(cancellation) is not { } text) return null;
        metadata.TryGetValue(Metadata + "AnalysisConfigOrder", out var orderText);
        // Files without an order come first, by path.
        if (!int.TryParse(orderText, NumberStyles.None, CultureInfo.InvariantCulture, out var order)) order = -1;
        options.GlobalOptions.TryGetValue("build_property.ProjectDir", out var folder);
        return new InputFile(file.Path, Shown(file.Path, folder ?? ""), text.ToString(), role, order);
    }

    internal static bool IsSchema(AdditionalText file, AnalyzerConfigOptionsProvider options) =>
        RoleOf(options.GetOptions(file)) is FileRole.Schema or FileRole.KnownSchema;

    internal static ProjectOptions ReadProject(AnalyzerConfigOptionsProvider options)
    {
        string Property(string name) => options.GlobalOptions.TryGetValue("build_property." + name, out var value) ? value : "";
        return new ProjectOptions(
            NamespaceOf(Property("RootNamespace")),
            Is(Property("OutputType"), "Library"),
            !Is(Property("EnableAnalysisRunnerStamp"), "false"));
    }

    private static FileRole? RoleOf(AnalyzerConfigOptions metadata)
    {
        metadata.TryGetValue(Metadata + "AnalysisConfigSchema", out var schema);
        if (Is(schema, "true")) return FileRole.Schema;
        if (Is(schema, "known")) return FileRole.KnownSchema;
        metadata.TryGetValue(Metadata + "AnalysisConfig", out var config);
        return Is(config, "true") ? FileRole.Config : null;
    }

    private static bool Is(string? value, string expected) => string.Equals(value, expected, StringComparison.OrdinalIgnoreCase);

    // Below the project: relative to it. Elsewhere (packages, other projects) the folder differs from machine to machine.
    private static string Shown(string path, string projectFolder)
    {
        var (shown, folder) = (path.Replace('\\', '/'), projectFolder.Replace('\\', '/').TrimEnd('/') + "/");
        return folder.Length > 1 && shown.StartsWith(folder, StringComparison.Ordinal)
            ? shown.Substring(folder.Length)
            : shown.Substring(shown.LastIndexOf('/') + 1);
    }

    private static string NamespaceOf(string text)
    {
        var parts = text.Split('.').Select(part => new string([.. part.Select(c => SchemaNames.IsIdentifier("_" + c) ? c : '_')]));
        return string.Join(".", parts.Where(part => part.Length > 0).Select(part => SchemaNames.IsIdentifier(part) ? part : "_" + part));
    }
}
