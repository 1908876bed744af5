using System;
using System.Collections.Generic;
using System.Linq;
using AnalysisRunner.Config;

namespace AnalysisRunner.Generators;

/// <summary>Turns a class of the schema into the model that the emitter writes.</summary>
internal static class ClassModelBuilder
{
    internal static IEnumerable<ClassModel> Build(IReadOnlyList<SchemaFile> files, ProjectOptions options)
    {
        var hintNames = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var declared in Schema.Classes(files, options.RootNamespace))
        {
            var @namespace = declared.Namespace;
            var hintName = (@namespace.Length == 0 ? "" : @namespace + ".") + declared.Name;
            // Two names may differ by case alone; files on some systems may not.
            while (!hintNames.Add(hintName)) hintName += "_";
            var root = new RecordBuilder(CSharp.Scope(@namespace), declared.Name, declared.Root, "The config that "
                + string.Join(", ", declared.Files.Select(LastPart)) + " declares.");
            yield return new ClassModel(@namespace, hintName + ".g.cs", SchemaHolder.FullName(options.RootNamespace), root.Build());
        }
    }

    private static string LastPart(string path) => path.Substring(path.LastIndexOfAny(['/', '\\']) + 1);
}

/// <summary>The class that holds the schemas of a project.</summary>
internal static class SchemaHolder
{
    internal const string Name = SchemaNames.SchemaHolder;

    internal static string FullName(string @namespace) => CSharp.Scope(@namespace) + Name;
}
