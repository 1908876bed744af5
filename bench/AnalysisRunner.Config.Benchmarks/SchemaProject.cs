extern alias generators;
using System.Globalization;
using System.Text;
using generators::AnalysisRunner.Generators;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;

namespace AnalysisRunner.Config.Benchmarks;

/// <summary>A project in memory with one schema of a thousand keys and one config file that sets them, as an editor holds it.</summary>
internal sealed class SchemaProject
{
    private const int Keys = 1_000;
    private const int KeysPerSection = 20;

    private static readonly string[] Values =
    [
        "type = \"string\", description = \"A text.\"",
        "type = \"integer\", default = 3, minimum = 1, maximum = 100",
        "type = \"number\", default = 0.5",
        "type = \"string\", enum = [\"fast\", \"exact\"], default = \"fast\"",
        "type = \"path\", optional = true",
        "type = \"array\", items = { type = \"string\" }, default = []",
        "type = \"duration\", default = \"1h30m\"",
        "type = \"boolean\", default = false, deprecated = \"no longer used\"",
    ];

    private readonly SourceFile _config = new("/project/demo.toml", Config(), "AnalysisConfig");
    private readonly CSharpCompilation _compilation = CSharpCompilation.Create(
        "Demo", [CSharpSyntaxTree.ParseText("class A { }")], [MetadataReference.CreateFromFile(typeof(object).Assembly.Location)],
        new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));
    private readonly GeneratorDriver _driver;
    private SourceFile _schema = new("/project/demo.schema.toml", Schema(0), "AnalysisConfigSchema");
    private int _edits;

    public SchemaProject(bool track = false) => _driver = CSharpGeneratorDriver.Create(
        [new ConfigGenerator().AsSourceGenerator()], [_schema, _config], CSharpParseOptions.Default, new Options(),
        new GeneratorDriverOptions(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: track));

    /// <summary>The generator sees the project for the first time.</summary>
    public GeneratorDriver Open() => _driver.RunGenerators(_compilation);

    /// <summary>Somebody changes one key of the schema: everything that depends on it is made again.</summary>
    public GeneratorDriver ChangeSchema(GeneratorDriver driver)
    {
        var changed = new SourceFile(_schema.Path, Schema(++_edits), "AnalysisConfigSchema");
        var replaced = driver.ReplaceAdditionalText(_schema, changed);
        _schema = changed;
        return replaced.RunGenerators(_compilation);
    }

    /// <summary>Somebody types in a C# file.</summary>
    public GeneratorDriver ChangeCode(GeneratorDriver driver) =>
        driver.RunGenerators(_compilation.AddSyntaxTrees(CSharpSyntaxTree.ParseText($"class B{++_edits} {{ }}")));

    /// <summary>How many files the last run of a tracked driver parsed, schemas and the one config file.</summary>
    public static int Parses(GeneratorDriver driver)
    {
        var steps = driver.GetRunResult().Results.Single().TrackedSteps;
        // The config file is parsed in the step that judges it; it has deprecated keys, so that the step has something to show.
        return new[] { TrackingNames.Schemas, TrackingNames.ConfigDiagnostics }.Sum(name =>
            steps[name].Count(step => step.Outputs.Any(output => output.Reason != IncrementalStepRunReason.Cached)));
    }

    private static string Schema(int edit)
    {
        var text = new StringBuilder();
        for (var i = 0; i < Keys; i++)
        {
            if (i % KeysPerSection == 0) text.Append(CultureInfo.InvariantCulture, $"\n[section_{i / KeysPerSection}]\ndescription = \"Settings of a stage.\"\n");
            // The edit lies in the middle of the file and changes what is emitted.
            text.Append(CultureInfo.InvariantCulture, $"key_{i}{(i == Keys / 2 ? $"_{edit}" : "")} = {{ {Values[i % Values.Length]} }}\n");
        }
        return text.ToString();
    }

    private static string Config()
    {
        var text = new StringBuilder();
        for (var i = 0; i < Keys; i++)
        {
            if (i % KeysPerSection == 0) text.Append(CultureInfo.InvariantCulture, $"\n[section_{i / KeysPerSection}]\n");
            if (i % Values.Length == 0 && i != Keys / 2) text.Append(CultureInfo.InvariantCulture, $"key_{i} = \"text {i}\"\n");
            if (i % Values.Length == 7 && i % 40 == 7) text.Append(CultureInfo.InvariantCulture, $"key_{i} = true\n");
            if (i % Values.Length == 1) text.Append(CultureInfo.InvariantCulture, $"key_{i} = {(i % 100) + 1}\n");
        }
        return text.ToString();
    }

    private sealed class SourceFile(string path, string text, string role) : AdditionalText
    {
        private readonly SourceText _text = SourceText.From(text, Encoding.UTF8);

        public string Role => role;

        public override string Path => path;

        public override SourceText GetText(CancellationToken cancellationToken = default) => _text;
    }

    private sealed class Options : AnalyzerConfigOptionsProvider
    {
        public override AnalyzerConfigOptions GlobalOptions { get; } = new Settings(new Dictionary<string, string>
        {
            ["build_property.RootNamespace"] = "Demo",
            ["build_property.ProjectDir"] = "/project/",
        });

        public override AnalyzerConfigOptions GetOptions(SyntaxTree tree) => new Settings([]);

        public override AnalyzerConfigOptions GetOptions(AdditionalText textFile) =>
            new Settings(new Dictionary<string, string> { ["build_metadata.AdditionalFiles." + ((SourceFile)textFile).Role] = "true" });
    }

    private sealed class Settings(Dictionary<string, string> values) : AnalyzerConfigOptions
    {
        public override bool TryGetValue(string key, out string value) => values.TryGetValue(key, out value!);
    }
}
