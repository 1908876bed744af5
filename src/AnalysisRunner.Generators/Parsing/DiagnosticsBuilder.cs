using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using AnalysisRunner.Config;
using AnalysisRunner.Toml;
using Microsoft.CodeAnalysis.Text;

namespace AnalysisRunner.Generators;

/// <summary>Judges schemas and config files and puts every problem at its place in its file.</summary>
internal static class DiagnosticsBuilder
{
    internal static EquatableArray<DiagnosticModel> OfSchemas(
        IReadOnlyList<(InputFile File, SchemaFile Schema)> schemas, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var ordered = Ordered(schemas);
        var own = ordered.Where(schema => schema.File.Role == FileRole.Schema).Select(schema => schema.Schema).ToList();
        // What is wrong inside a schema of another project was reported there; what clashes with ours is ours to tell.
        var foreign = new HashSet<ConfigProblem>(ordered
            .Where(schema => schema.File.Role == FileRole.KnownSchema).SelectMany(schema => schema.Schema.Problems));
        var problems = Schema.Combine(ordered.Select(schema => schema.Schema)).Problems.Where(problem => !foreign.Contains(problem))
            .Concat(Schema.Classes(own).SelectMany(declared => declared.Problems));
        return Locate(problems, schemas.Select(schema => schema.File));
    }

    internal static EquatableArray<DiagnosticModel> OfConfig(
        IReadOnlyList<(InputFile File, SchemaFile Schema)> schemas, IReadOnlyList<InputFile> configs, CancellationToken cancellation)
    {
        if (configs.Count == 0) return default;
        var schema = Schema.Combine(Ordered(schemas).Select(parsed => parsed.Schema));
        var layers = new List<ConfigLayer>();
        foreach (var file in Layered(configs))
        {
            cancellation.ThrowIfCancellationRequested();
            layers.Add(ConfigLayer.FromUser(file.Path, TomlDocument.Parse(file.Text, file.Path)));
        }
        return Locate(ConfigRules.Check(schema, layers, ConfigStage.Build), configs);
    }

    /// <summary>Schemas in an order that is the same on every machine; those of other projects first, so that a clash is reported in
    /// ours.</summary>
    internal static IReadOnlyList<(InputFile File,
        SchemaFile Schema)> Ordered(IReadOnlyList<(InputFile File, SchemaFile Schema)> schemas) =>
        [.. schemas.OrderByDescending(schema => schema.File.Role).ThenBy(schema => schema.File.ShownPath, StringComparer.Ordinal)];

    // A file that is listed twice counts once, where it is listed last.
    private static IEnumerable<InputFile> Layered(IReadOnlyList<InputFile> configs) => configs
        .OrderBy(file => file.Order).ThenBy(file => file.ShownPath, StringComparer.Ordinal)
        .Reverse().GroupBy(file => file.Path, StringComparer.Ordinal).Select(same => same.First()).Reverse();

    private static EquatableArray<DiagnosticModel> Locate(IEnumerable<ConfigProblem> problems, IEnumerable<InputFile> files)
    {
        var texts = new Dictionary<string, SourceText>(StringComparer.Ordinal);
        var byPath = files.GroupBy(file => file.Path, StringComparer.Ordinal).ToDictionary(same => same.Key, same => same.First().Text,
            StringComparer.Ordinal);
        var located = new List<DiagnosticModel>();
        foreach (var problem in problems)
        {
            if (!texts.TryGetValue(problem.File, out var text))
                texts[problem.File] = text = SourceText.From(byPath.TryGetValue(problem.File, out var content) ? content : "");
            var lines = new LinePositionSpan(
                Position(text, problem.Span.Line, problem.Span.Column), Position(text, problem.Span.EndLine, problem.Span.EndColumn));
            located.Add(new DiagnosticModel(problem.Code, problem.Message, problem.File, text.Lines.GetTextSpan(lines), lines));
        }
        return new EquatableArray<DiagnosticModel>(located);
    }

    // The two count lines alike up to characters that only .NET takes for line ends: such a position is clamped, never an exception.
    private static LinePosition Position(SourceText text, int line, int column)
    {
        var index = Math.Min(line, text.Lines.Count) - 1;
        var found = text.Lines[index];
        return new LinePosition(index, Math.Min(column - 1, found.EndIncludingLineBreak - found.Start));
    }
}
