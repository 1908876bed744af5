using System.Collections.Generic;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Threading;
using AnalysisRunner.Config;
using AnalysisRunner.Toml;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;

namespace AnalysisRunner.Generators;

/// <summary>The keys that the schemas of a project type. Those of other projects are typed there, perhaps not for us.</summary>
internal sealed class TypedKeys
{
    private readonly IReadOnlyList<SchemaClass> _classes;

    // An editor makes a compilation for every key that is pressed; the texts of the schemas stay the same objects.
    private static readonly ConditionalWeakTable<SourceText, SchemaFile> Parsed = new();

    private TypedKeys(IReadOnlyList<SchemaClass> classes) => _classes = classes;

    internal static TypedKeys Of(AnalyzerOptions options, CancellationToken cancellation)
    {
        var files = options.AdditionalFiles
            .Select(file => SchemaOf(file, options.AnalyzerConfigOptionsProvider, cancellation)).OfType<SchemaFile>()
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

    private static SchemaFile? SchemaOf(AdditionalText file, AnalyzerConfigOptionsProvider options, CancellationToken cancellation)
    {
        if (InputFileReader.Read(file, options, cancellation) is not { Role: FileRole.Schema } input || file.GetText(cancellation) is not { } text) return null;
        SchemaFile Parse(SourceText _) => SchemaFile.Parse(TomlDocument.Parse(input.Text, input.ShownPath));
        var parsed = Parsed.GetValue(text, Parse);
        return parsed.Path == input.ShownPath ? parsed : Parse(text);
    }
}

/// <summary>A value that a schema types.</summary>
/// <param name="Value">What the schema declares.</param>
/// <param name="Class">The class that is generated.</param>
/// <param name="Members">The properties that lead to the value, with dots between them.</param>
/// <param name="IsWhole">Whether the keys lead to the value, and not to something in it.</param>
internal sealed record TypedKey(SchemaValue Value, SchemaClass Class, string Members, bool IsWhole);
