using System.CommandLine;

namespace AnalysisRunner.Cli.Commands;

/// <summary>Looks after the invocation log of a server, on the server's machine: by the server program's own verbs.</summary>
internal static class AdminCommand
{
    public static Command Create(CommandContext context)
    {
        var command = new ExampleCommand(
            "admin",
            "Look after a server's invocation log, on its machine.",
            "analysis-runner admin backup --config /etc/analysis-runner/server.toml --to 2026-03-04.backup",
            "analysis-runner admin import --config /etc/analysis-runner/server.toml --from submissions.jsonl");
        command.Add(Verb(
            context, "backup", "backup", "Write the log to a new file. The server may run.",
            File("--to", "The file to make."), "2026-03-04.backup"));
        command.Add(Verb(
            context, "restore", "restore", "Fill an empty log from a backup. The server must not run.",
            File("--from", "The backup."), "2026-03-04.backup"));
        command.Add(Verb(
            context, "retention", "forget", "Forget denials and the keys of ended invocations; invocations are never forgotten. The server may run.",
            new Option<string>("--older-than") { Description = "What is older than so many days.", Required = true }, "365"));
        command.Add(Verb(
            context, "import", "import", "Take over the log of the original, from its JSON records: an array, or one a line. What is there already stays. The server must not run.",
            File("--from", "The records."), "submissions.jsonl"));
        return command;
    }

    private static ExampleCommand Verb(CommandContext context, string name, string verb, string description, Option<string> option, string example)
    {
        var settings = ServeCommand.Settings();
        var command = new ExampleCommand(name, description, $"analysis-runner admin {name} --config /etc/analysis-runner/server.toml {option.Name} {example}");
        command.Add(settings);
        command.Add(option);
        command.SetAction(async (parsed, cancellation) =>
        {
            var server = new ServerProgram(context);
            var value = parsed.GetValue(option)!;
            var exit = await server.RunAsync([verb, "--config", server.FullPath(parsed.GetValue(settings)!), option.Name, option.Name == "--older-than" ? value : server.FullPath(value)], cancellation).ConfigureAwait(false);
            // The server program knows one way to refuse.
            return exit == 0 ? ExitCodes.Success : ExitCodes.RefusedByServer;
        });
        return command;
    }

    private static Option<string> File(string name, string description) => new(name) { Description = description, Required = true };
}
