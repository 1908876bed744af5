using System;
using System.Collections.Generic;
using System.Linq;
using AnalysisRunner.Toml;

namespace AnalysisRunner.Config;

/// <summary>When config is judged.</summary>
public enum ConfigStage
{
    /// <summary>In the compiler: the keys that the server supplies are still to come.</summary>
    Build,

    /// <summary>In the program: everything must be there.</summary>
    Run,
}

/// <summary>Judges config files by a schema. The compiler and the running program use this same code.</summary>
public static class ConfigRules
{
    internal const string ProtectedSection = "workflow";

    /// <summary>The keys of <c>[workflow]</c> that only the server may set, since they say who runs what on which data.</summary>
    public static IReadOnlyList<string> ProtectedWorkflowKeys { get; } =
        ["ar-guid", "access_level", "dataset", "dataset_gcp_project", "driver_image"];

    /// <summary>
    /// Everything that is wrong with these layers: syntax, protected keys, unknown keys, wrong types and values, each in its own file; and,
    /// judged on all layers together, missing keys. Sorted by layer and position.
    /// </summary>
    /// <param name="schema">What config may contain.</param>
    /// <param name="layers">The layers, lowest first.</param>
    /// <param name="stage">Whether keys that the server supplies may still be missing.</param>
    public static IReadOnlyList<ConfigProblem> Check(Schema schema, IReadOnlyList<ConfigLayer> layers, ConfigStage stage)
    {
        if (schema is null) throw new ArgumentNullException(nameof(schema));
        if (layers is null) throw new ArgumentNullException(nameof(layers));
        var problems = new List<(int Layer, ConfigProblem Problem)>();
        var merged = MergedConfig.Merge(layers);
        var unknownKeys = JudgeUnknownKeys(schema, merged);
        for (var i = 0; i < layers.Count; i++)
            problems.AddRange(CheckLayer(schema, layers[i], unknownKeys).Select(problem => (i, problem)));

        // Around a syntax error keys are absent from the tree, so absence means nothing.
        if (layers.Count > 0 && !layers.Any(layer => layer.Document.HasErrors))
        {
            var last = layers[layers.Count - 1];
            var missing = new List<ConfigProblem>();
            MissingKeys.Check(merged.Root, schema.Root, new ConfigPlace(last.Name, FileOf(last), default), stage == ConfigStage.Build,
                missing);
            problems.AddRange(missing.Select(problem => (LayerOf(problem, layers), problem)));
        }
        // A stable sort: problems at one place keep the order in which the schema declares their keys.
        return problems.OrderBy(p => p.Layer).ThenBy(p => p.Problem.Span.Start).Select(p => p.Problem).ToList();
    }

    /// <summary>The protected keys that a user's layer sets; replacing the whole of <c>workflow</c> by a value counts. Empty for the
    /// server's layers.</summary>
    public static IReadOnlyList<ConfigProblem> CheckProtectedKeys(ConfigLayer layer)
    {
        if (layer is null) throw new ArgumentNullException(nameof(layer));
        if (!layer.IsUser || !layer.Document.Root.TryGetEntry(ProtectedSection, out var workflow)) return [];
        if (workflow.Value.Kind != TomlKind.Table) return [Protected(layer, workflow.KeySpan, ProtectedSection)];
        var problems = new List<ConfigProblem>();
        foreach (var entry in workflow.Value.AsTable())
        {
            if (ProtectedWorkflowKeys.Contains(entry.Key))
                problems.Add(Protected(layer, entry.KeySpan, ConfigKeys.Join(ProtectedSection, entry.Key)));
        }
        return problems;
    }

    private static List<ConfigProblem> CheckLayer(Schema schema, ConfigLayer layer, UnknownKeys unknownKeys)
    {
        var file = FileOf(layer);
        if (layer.Document.HasErrors) return [.. layer.Document.Errors.Select(error => ConfigProblem.FromSyntax(error, file))];
        var problems = new List<ConfigProblem>(CheckProtectedKeys(layer));
        new ValueRules(file, unknownKeys, problems).CheckTable(layer.Document.Root, schema.Root, "", complete: false);
        return problems;
    }

    // A config that the server composed holds more than this project knows: templates, sections of other tools, keys of a newer server.
    private static UnknownKeys JudgeUnknownKeys(Schema schema, MergedConfig merged) =>
        !schema.IsComplete ? UnknownKeys.Allowed
        : merged.Find(ProtectedSection, "ar-guid") is not null && merged.Layers.All(layer => !layer.IsUser)
        ? UnknownKeys.RefusedInOwnSections
        : UnknownKeys.Refused;

    private static int LayerOf(ConfigProblem problem, IReadOnlyList<ConfigLayer> layers)
    {
        for (var i = layers.Count - 1; i > 0; i--)
            if (FileOf(layers[i]) == problem.File) return i;
        return 0;
    }

    private static string FileOf(ConfigLayer layer) => layer.Document.Path ?? layer.Name;

    private static ConfigProblem Protected(ConfigLayer layer, TomlSpan span, string key) => new(
        ConfigCodes.ProtectedKey,
        "\"" + key + "\" is set by the server, because it says who runs what on which data; a config file may not set it. Remove it.",
        key, FileOf(layer), span);
}
