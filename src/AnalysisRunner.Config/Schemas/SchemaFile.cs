using System;
using System.Collections.Generic;
using AnalysisRunner.Toml;

namespace AnalysisRunner.Config;

/// <summary>One schema file: what it declares and what is wrong with it.</summary>
public sealed class SchemaFile
{
    internal SchemaFile(string path, SchemaSection root, string className, string? @namespace, IReadOnlyList<ConfigProblem> problems)
    {
        Path = path;
        Root = root;
        ClassName = className;
        Namespace = @namespace;
        Problems = problems;
    }

    /// <summary>The path of the file, as given.</summary>
    public string Path { get; }

    /// <summary>The declared sections and values; those with mistakes are left out.</summary>
    public SchemaSection Root { get; }

    /// <summary>The class to generate: <c>schema.name</c>, else from the file's name (<c>hello.schema.toml</c> gives
    /// <c>HelloConfig</c>).</summary>
    public string ClassName { get; }

    /// <summary>The namespace to generate into: <c>schema.namespace</c>; null means the project's own.</summary>
    public string? Namespace { get; }

    /// <summary>All mistakes, in document order.</summary>
    public IReadOnlyList<ConfigProblem> Problems { get; }

    /// <summary>Reads a schema. Mistakes are in <see cref="Problems"/>; nothing throws.</summary>
    public static SchemaFile Parse(TomlDocument document)
    {
        if (document is null) throw new ArgumentNullException(nameof(document));
        return new SchemaParser(document).Parse();
    }

    internal static string DefaultClassName(string path)
    {
        var name = path.Substring(path.LastIndexOfAny(['/', '\\']) + 1);
        foreach (var extension in new[] { ".toml", ".schema" })
            if (name.EndsWith(extension, StringComparison.OrdinalIgnoreCase)) name = name.Substring(0, name.Length - extension.Length);
        var pascal = SchemaNames.Pascal(name);
        return pascal.EndsWith("Config", StringComparison.Ordinal) ? pascal : pascal + "Config";
    }
}
