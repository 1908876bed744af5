using System;
using System.Collections.Generic;
using System.Linq;
using AnalysisRunner.Toml;

namespace AnalysisRunner.Config;

/// <summary>All that a project's config may contain: its schema files merged, with the sections that the server writes.</summary>
public sealed class Schema
{
    private Schema(SchemaSection root, IReadOnlyList<ConfigProblem> problems, bool isComplete)
    {
        Root = root;
        Problems = problems;
        IsComplete = isComplete;
    }

    /// <summary>The merged sections, built-in ones included.</summary>
    public SchemaSection Root { get; }

    /// <summary>All mistakes of all files, in the order of the files.</summary>
    public IReadOnlyList<ConfigProblem> Problems { get; }

    /// <summary>
    /// Whether these files declare everything that config may contain, so that other keys are mistakes. False for a library, whose users
    /// have sections of their own, and where there is no schema at all.
    /// </summary>
    public bool IsComplete { get; }

    /// <summary>Merges schema files: sections of one name merge; a key that two files declare is a mistake.</summary>
    /// <param name="files">The files.</param>
    /// <param name="isComplete">See <see cref="IsComplete"/>.</param>
    public static Schema Combine(IEnumerable<SchemaFile> files, bool isComplete = true)
    {
        var list = (files ?? throw new ArgumentNullException(nameof(files))).ToList();
        var problems = new List<ConfigProblem>();
        var root = BuiltInSections.Root;
        foreach (var file in list)
        {
            problems.AddRange(file.Problems);
            root = Merge(root, file.Root, problems);
        }
        return new Schema(root, problems, isComplete && list.Count > 0);
    }

    /// <summary>One file alone, without the sections that a server writes into a run's config: for settings that are no run's.</summary>
    /// <exception cref="ArgumentNullException">The file is null.</exception>
    public static Schema Alone(SchemaFile file) =>
        new((file ?? throw new ArgumentNullException(nameof(file))).Root, file.Problems, isComplete: true);

    /// <summary>Reads and merges schema documents.</summary>
    public static Schema Parse(params TomlDocument[] documents) => Combine(documents.Select(SchemaFile.Parse));

    /// <summary>The classes to generate for these files: files that name the same class share it.</summary>
    /// <param name="files">The files.</param>
    /// <param name="defaultNamespace">The namespace of files that name none; empty for the global one.</param>
    public static IReadOnlyList<SchemaClass> Classes(IEnumerable<SchemaFile> files, string defaultNamespace = "")
    {
        var classes = new List<SchemaClass>();
        foreach (var group in (files ?? throw new ArgumentNullException(nameof(files))).GroupBy(file =>
            (file.Namespace ?? defaultNamespace, file.ClassName)))
        {
            var root = new SchemaSection();
            // What two files both declare is reported by Combine.
            foreach (var file in group) root = Merge(root, file.Root, []);
            var problems = new List<ConfigProblem>();
            SchemaCollisions.Find(root, problems);
            classes.Add(new SchemaClass(group.Key.Item1, group.Key.ClassName, root, [.. group.Select(file => file.Path)], problems));
        }
        return classes;
    }

    private static SchemaSection Merge(SchemaSection left, SchemaSection right, List<ConfigProblem> problems)
    {
        var merged = left.With(right);
        foreach (var node in left.Children) merged.Add(right.Find(node.Key) is { } other ? Merge(node, other, problems) : node);
        foreach (var node in right.Children)
            if (left.Find(node.Key) is null) merged.Add(node);
        return merged;
    }

    private static SchemaNode Merge(SchemaNode left, SchemaNode right, List<ConfigProblem> problems)
    {
        if (left is SchemaSection leftSection && right is SchemaSection rightSection) return Merge(leftSection, rightSection, problems);
        if (left is SchemaValue leftValue && left.SuppliedByServer && right is SchemaValue rightValue)
        {
            if (Compatible(leftValue.Type, rightValue.Type)) return rightValue.AsSuppliedByServer();
            problems.Add(new ConfigProblem(ConfigCodes.BuiltInKey, "\"" + right.Path + "\" is a key that the server knows, of type \""
                + SchemaTypeNames.NameOf(leftValue.Type) + "\"; it is declared as \"" + SchemaTypeNames.NameOf(rightValue.Type)
                + "\". Use the server's type, or another key.", right.Path, right.File, right.Span));
            return left;
        }
        if (left.SuppliedByServer)
        {
            problems.Add(new ConfigProblem(ConfigCodes.BuiltInKey, "\"" + right.Path + "\" is a "
                + (left is SchemaSection ? "section" : "value")
                + " that the server knows. Declare it as such, or choose another name.", right.Path, right.File, right.Span));
            return left;
        }
        problems.Add(new ConfigProblem(ConfigCodes.DeclaredTwice, "\"" + right.Path + "\" is declared in \"" + left.File
            + "\" as well; sections of several files merge, but each key has one declaration. Remove one.", right.Path, right.File,
            right.Span));
        return left;
    }

    private static bool Compatible(SchemaType builtIn, SchemaType declared) => builtIn == declared
        || (builtIn is SchemaType.String or SchemaType.Path && declared is SchemaType.String or SchemaType.Path);
}
