using System.CommandLine;
using System.Text.Json;
using AnalysisRunner.Cli.Configuring;
using AnalysisRunner.Cli.Output;
using AnalysisRunner.Client;
using AnalysisRunner.Config;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Submission;
using AnalysisRunner.Toml;

namespace AnalysisRunner.Cli.Commands;

/// <summary>Shows the config that a run would be given, as the original's <c>config</c> mode; and, below it, explains and checks config files.</summary>
internal static class ConfigCommand
{
    public static Command Create(CommandContext context, Screen screen)
    {
        var servers = new Servers(context);
        var dataset = new Option<string>("--dataset") { Description = "The dataset." };
        var output = new Option<string>("--output-dir", "-o") { Description = "The output prefix." };
        var level = new Option<string>("--access-level") { Description = "test, standard or full.", DefaultValueFactory = _ => "test" };
        level.AcceptOnlyFromAmong("test", "standard", "full");
        var image = new Option<string>("--image") { Description = "The driver's container image." };
        var config = new Option<string[]>("--config") { Description = "A TOML file, merged left to right over the server's config. Again for each." };
        var file = new Option<string>("--config-output") { Description = "The file to write. Default: standard output." };
        var command = new ExampleCommand(
            "config",
            "Print the config that a run would be given, as TOML.",
            "analysis-runner config --dataset fewgenomes --output-dir cohort/v1",
            "analysis-runner config --dataset fewgenomes --output-dir cohort/v1 --access-level standard --config cohort.toml --config-output run.toml");
        foreach (var option in new Option[] { dataset, output, level, image, config, file }) command.Add(option);
        servers.AddTo(command);
        command.Add(Explain(context, screen));
        command.Add(Check(context, screen));

        command.SetAction(async (parsed, cancellation) =>
        {
            if (string.IsNullOrEmpty(parsed.GetValue(dataset)) || string.IsNullOrEmpty(parsed.GetValue(output)))
                throw new UsageException("The options '--dataset' and '--output-dir' are needed. See 'analysis-runner config --help'.");
            var layers = parsed.GetValue(config) is { Length: > 0 } files ? MergedConfig.Load(files.Select(path => Local(path, context))) : null;
            JsonElement? merged = layers is null ? null : TomlJson.Write(layers.Root);
            var request = new ConfigPreviewRequest(parsed.GetValue(dataset)!, parsed.GetValue(output)!, parsed.GetValue(level)!, parsed.GetValue(image), merged);
            var preview = await servers.AskAsync(parsed, api => api.PreviewConfigAsync(request, cancellation), cancellation).ConfigureAwait(false);
            var toml = TomlWriter.Write(TomlJson.Read(preview));
            if (parsed.GetValue(file) is not { Length: > 0 } path)
            {
                screen.WriteText(toml);
                return;
            }
            if (!path.EndsWith(".toml", StringComparison.OrdinalIgnoreCase)) screen.Note($"'{path}' is written as TOML, and its name does not end with '.toml'.");
            await File.WriteAllTextAsync(Path.GetFullPath(path, context.Folder), toml, cancellation).ConfigureAwait(false);
        });
        return command;
    }

    private static ExampleCommand Explain(CommandContext context, Screen screen)
    {
        var servers = new Servers(context);
        var key = new Argument<string>("key") { Description = "The key, such as workflow.dataset; parts with dots in quotes." };
        var files = new Argument<string[]>("file") { Description = "The files, merged left to right. Default: $CPG_CONFIG_PATH.", Arity = ArgumentArity.ZeroOrMore };
        var run = new Option<string>("--run") { Description = "Explain the config of this invocation, which the server composed." };
        var json = Flag.Json();
        var command = new ExampleCommand(
            "explain",
            "Say which layer, file and line set a key, and what it replaced.",
            "analysis-runner config explain hello.greeting base.toml cohort.toml",
            "analysis-runner config explain workflow.dataset --run a1b2c3d4-0000-4000-8000-000000000001");
        command.Add(key);
        command.Add(files);
        command.Add(run);
        command.Add(json);
        servers.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var name = parsed.GetValue(key)!;
            if (parsed.GetValue(run) is { Length: > 0 } guid)
            {
                var origins = await servers.AskAsync(parsed, api => api.ExplainConfigAsync(guid, cancellation), cancellation).ConfigureAwait(false);
                Origins.Write(screen, origins, name, parsed.GetValue(json));
                return;
            }
            var given = parsed.GetValue(files) ?? [];
            var merged = given.Length > 0 ? MergedConfig.Load(given.Select(path => Local(path, context))) : MergedConfig.Load();
            using var all = JsonDocument.Parse(merged.ListJson());
            Origins.Write(screen, all.RootElement, name, parsed.GetValue(json));
        });
        return command;
    }

    private static ExampleCommand Check(CommandContext context, Screen screen)
    {
        var files = new Argument<string[]>("file") { Description = "The files, as layers left to right.", Arity = ArgumentArity.OneOrMore };
        var schema = new Option<string[]>("--schema") { Description = "A schema. Again for each. Default: every *.schema.toml below the current folder, bin and obj excepted." };
        var command = new ExampleCommand(
            "check",
            "Judge config files by the schemas, with the codes of the compiler.",
            "analysis-runner config check hello.toml",
            "analysis-runner config check base.toml cohort.toml --schema hello.schema.toml");
        command.Add(files);
        command.Add(schema);
        command.SetAction(parsed =>
        {
            var given = parsed.GetValue(schema) is { Length: > 0 } named ? named : [.. SchemaFiles.Below(context.Folder)];
            var schemas = given.Select(path => SchemaFile.Parse(Load(path, context))).ToList();
            // Without a schema, only what the server knows can be judged.
            var combined = Schema.Combine(schemas, isComplete: schemas.Count > 0);
            var layers = parsed.GetValue(files)!.Select(path => Config.ConfigLayer.FromUser(path, Load(path, context))).ToList();
            var problems = schemas.SelectMany(file => file.Problems).Concat(combined.Problems).Concat(ConfigRules.Check(combined, layers, ConfigStage.Build)).Distinct().ToList();
            foreach (var problem in problems) screen.WriteLine(problem.ToString());
            if (problems.Any(problem => !problem.IsWarning)) return ExitCodes.Config;
            screen.Note($"{layers.Count} file{(layers.Count == 1 ? "" : "s")} judged by {(schemas.Count == 0 ? "the built-in sections alone" : $"{schemas.Count} schema{(schemas.Count == 1 ? "" : "s")}")}: no error.");
            return ExitCodes.Success;
        });
        return command;
    }

    private static string Local(string path, CommandContext context) => path.Contains("://", StringComparison.Ordinal) ? path : Path.GetFullPath(path, context.Folder);

    private static TomlDocument Load(string path, CommandContext context)
    {
        try
        {
            return TomlDocument.Parse(File.ReadAllBytes(Path.GetFullPath(path, context.Folder)), path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new AnalysisRunnerException(
                [new Problem(CommandLineCodes.ConfigUnusable, $"The file '{TerminalText.OneLine(path)}' cannot be read: {exception.Message}", File: path)], exception);
        }
    }
}
