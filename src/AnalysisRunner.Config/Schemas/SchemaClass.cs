using System;
using System.Collections.Generic;

namespace AnalysisRunner.Config;

/// <summary>A class to generate: its name and the sections of the files that name it.</summary>
/// <param name="Namespace">The namespace; empty for the global one.</param>
/// <param name="Name">The name.</param>
/// <param name="Root">What it declares.</param>
/// <param name="Files">The paths of the files.</param>
/// <param name="Problems">Keys that become the same C# name.</param>
public sealed record SchemaClass(
    string Namespace, string Name, SchemaSection Root, IReadOnlyList<string> Files, IReadOnlyList<ConfigProblem> Problems);

/// <summary>Finds keys of one section that become the same C# name.</summary>
internal static class SchemaCollisions
{
    internal static void Find(SchemaSection section, List<ConfigProblem> problems)
    {
        var names = new Dictionary<string, SchemaNode>(StringComparer.Ordinal);
        foreach (var node in section.Children)
        {
            var name = SchemaNames.Member(node.Key, section.Path.Length == 0);
            if (names.TryGetValue(name, out var first))
                problems.Add(new ConfigProblem(ConfigCodes.NameCollision, "The keys \"" + first.Key + "\" and \"" + node.Key
                    + "\" both become \"" + name
                    + "\" in C#. Rename one.", node.Path, node.File, node.Span));
            else names.Add(name, node);
            if (node is SchemaSection child) Find(child, problems);
            if (FieldsOf(node) is { } fields) Find(fields, problems);
        }
    }

    private static SchemaSection? FieldsOf(SchemaNode? node)
    {
        while (node is SchemaValue value)
        {
            if (value.Fields is not null) return value.Fields;
            node = value.Items;
        }
        return null;
    }
}
