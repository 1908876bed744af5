using System.CommandLine;

namespace AnalysisRunner.Cli.Commands;

/// <summary>Runs the server for many users.</summary>
internal static class ServeCommand
{
    public static Command Create(CommandContext context)
    {
        var config = Settings();
        var urls = new Option<string>("--urls") { Description = "The addresses to listen on, with ';' between. Default: $PORT on all addresses, else http://127.0.0.1:8080." };
        var command = new ExampleCommand("serve", "Run a server for many users.", "analysis-runner serve --config /etc/analysis-runner/server.toml --urls http://0.0.0.0:8080");
        command.Add(config);
        command.Add(urls);
        command.SetAction((parsed, cancellation) =>
        {
            var server = new ServerProgram(context);
            return server.RunAsync(["--config", server.FullPath(parsed.GetValue(config)!), .. parsed.GetValue(urls) is { } listen ? (string[])["--urls", listen] : []], cancellation);
        });
        return command;
    }

    /// <summary>The option that names the server's settings.</summary>
    public static Option<string> Settings() => new("--config") { Description = "The server's settings, server.toml.", Required = true };
}
