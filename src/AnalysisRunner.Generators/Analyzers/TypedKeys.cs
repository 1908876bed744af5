using System.Collections.Generic;
using System.Linq;
using System.Threading;
using AnalysisRunner.Config;
using AnalysisRunner.Toml;
using Microsoft.CodeAnalysis.Diagnostics;

namespace AnalysisRunner.Generators;

/// <summary>The keys that the schemas of a project type. Those of other projects are typed there, perhaps not for us.</summary>
internal sealed class TypedKeys
{
    private readonly IReadOnlyList<SchemaClass> _classes;

    private TypedKeys(IReadOnlyList<SchemaClass> classes) => _classes = classes;

    internal static TypedKeys Of(AnalyzerOptions options, CancellationToken cancellation)
    {
        var files = options.AdditionalFiles
            .Select(file => InputFileReader.Read(file, options.AnalyzerConfigOptionsProvider, cancellation))
            .Where(file => file?.Role == FileRole.Schema)
            .Select(file => SchemaFile.Parse(TomlDocument.Parse(file!.Text, file.ShownPath)))
            .OrderBy(file => file.Path, System.StringComparer.Ordinal);
        return new TypedKeys(Schema.Classes(files, InputFileReader.ReadProject(options.AnalyzerConfigOptionsProvider).RootNamespace));
    }

    /// <summary>The value that a path of keys leads to or into, and how code reads it; null when no schema declares one.</summary>
    internal TypedKey? Find(IReadOnlyList<string> keys)
    {
        foreach (var declared in _classes)
        {
            var members = new List<string>();
            var section = declared.Root;
            foreach (var key in keys)
            {
                var node = section.Find(key);
                members.Add(SchemaNames.Member(key, inRoot: section.Path.Length == 0));
                if (node is SchemaValue value) return new TypedKey(value, declared, string.Join(".", members), members.Count == keys.Count);
                if (node is not SchemaSection child) break;
                section = child;
            }
        }
        return null;
    }
}

/// <summary>A value that a schema types.</summary>
/// <param name="Value">What the schema declares.</param>
/// <param name="Class">The class that is generated.</param>
/// <param name="Members">The properties that lead to the value, with dots between them.</param>
/// <param name="IsWhole">Whether the keys lead to the value, and not to something in it.</param>
internal sealed record TypedKey(SchemaValue Value, SchemaClass Class, string Members, bool IsWhole);
