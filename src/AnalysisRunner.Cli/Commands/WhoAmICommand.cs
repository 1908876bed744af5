using System.CommandLine;
using AnalysisRunner.Cli.Output;
using AnalysisRunner.Contracts;

namespace AnalysisRunner.Cli.Commands;

/// <summary>Says whom the server takes the caller for.</summary>
internal static class WhoAmICommand
{
    public static Command Create(CommandContext context, Screen screen)
    {
        var servers = new Servers(context);
        var json = Flag.Json();
        var command = new ExampleCommand("whoami", "Say whom the server takes you for.", "analysis-runner whoami", "analysis-runner whoami --server-url https://runner.example.org --json");
        command.Add(json);
        servers.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var found = await servers.AskAsync(parsed, api => api.IdentifyAsync(cancellation), cancellation).ConfigureAwait(false);
            if (parsed.GetValue(json))
            {
                screen.WriteJson(found, ContractsJson.Default.WhoAmI);
                return;
            }
            screen.WriteFields(
                ("server", servers.Choose(parsed) ?? "the local runner"),
                ("name", found.Name),
                ("kind", found.Kind + (found.IsAdministrator ? ", administrator" : "")),
                ("datasets", string.Join(", ", found.Datasets)),
                ("repository", found.Repository),
                ("invocation", found.ArGuid));
        });
        return command;
    }
}
