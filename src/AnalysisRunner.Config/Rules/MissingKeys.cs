using System.Collections.Generic;
using AnalysisRunner.Toml;

namespace AnalysisRunner.Config;

/// <summary>Finds the keys that a schema requires and config lacks.</summary>
internal static class MissingKeys
{
    /// <summary>Judges one table that no other layer can add to. Values that are present were judged already.</summary>
    internal static void Check(TomlTable table, SchemaSection section, string path, string file, TomlSpan at, List<ConfigProblem> problems)
    {
        foreach (var node in section.Children)
        {
            if (table.TryGet(node.Key, out _)) continue;
            if (node is SchemaValue { IsRequired: true }) problems.Add(Problem(ConfigKeys.Join(path, node.Key), section.Path, file, at));
            else if (node is SchemaSection { Optional: false } child)
                Check(default, child, ConfigKeys.Join(path, child.Key), file, at, problems);
        }
    }

    /// <summary>Judges the merged config, reporting at the nearest section that exists.</summary>
    /// <param name="table">The merged table; null when no layer has it.</param>
    /// <param name="section">What it should hold.</param>
    /// <param name="anchor">Where to report what is missing.</param>
    /// <param name="building">Whether this is a build, where the keys that the server supplies are still to come.</param>
    /// <param name="problems">Where to add.</param>
    internal static void Check(ConfigNode? table, SchemaSection section, ConfigPlace anchor, bool building, List<ConfigProblem> problems)
    {
        foreach (var node in section.Children)
        {
            if (building && (node is SchemaValue { SuppliedByServer: true } || section.IsOpen)) continue;
            var found = table?.Find(node.Key);
            switch (node)
            {
                case SchemaValue { IsRequired: true } value when found is null:
                    // Below a map the schema's path names no entry, and the table's does.
                    problems.Add(table is null
                        ? Problem(value.Path, section.Path, anchor.File, anchor.Span)
                        : Problem(ConfigKeys.Join(table.Path, value.Key), table.Path, anchor.File, anchor.Span));
                    break;
                case SchemaValue value when found is not null:
                    CheckTablesIn(found, value, building, problems);
                    break;
                case SchemaSection child when found is { IsTable: true } || (found is null && !child.Optional):
                    Check(found, child, found?.Place ?? anchor, building, problems);
                    break;
            }
        }
    }

    /// <summary>Judges the tables that are a value, or that a map holds however deep.</summary>
    private static void CheckTablesIn(ConfigNode found, SchemaValue value, bool building, List<ConfigProblem> problems)
    {
        if (!found.IsTable) return;
        if (value.Fields is { } fields) Check(found, fields, found.Place, building, problems);
        else if (value is { Type: SchemaType.Map, Items: { } items })
            foreach (var entry in found.Children) CheckTablesIn(entry, items, building, problems);
    }

    private static ConfigProblem Problem(string path, string section, string file, TomlSpan at) => new(
        ConfigCodes.MissingKey,
        "The required key \"" + path + "\" is missing. Set it" + (section.Length == 0 ? "" : " below [" + section + "]")
            + ", or give it a default in the schema.",
        path, file, at);
}
