using System.CommandLine;
using System.Diagnostics;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Submission.Local;

namespace AnalysisRunner.Cli.Commands;

/// <summary>Runs the server program that lies beside this one, as a process of its own with this one's streams.</summary>
internal static class ServeCommand
{
    private const string Server = "AnalysisRunner.Server.dll";

    public static Command Create(CommandContext context)
    {
        var config = new Option<string>("--config") { Description = "The server's settings, server.toml.", Required = true };
        var urls = new Option<string>("--urls") { Description = "The addresses to listen on, with ';' between. Default: $PORT on all addresses, else http://127.0.0.1:8080." };
        var command = new ExampleCommand("serve", "Run a server for many users.", "analysis-runner serve --config /etc/analysis-runner/server.toml --urls http://0.0.0.0:8080");
        command.Add(config);
        command.Add(urls);
        command.SetAction(async (parsed, cancellation) =>
        {
            var program = Path.Combine(context.ServerFolder, Server);
            if (!File.Exists(program))
                throw new AnalysisRunnerException(CommandLineCodes.ServerMissing, $"The server is not in '{context.ServerFolder}'. Install the tool again: dotnet tool update -g AnalysisRunner.Cli.");
            string[] words = ["exec", program, "--config", Path.GetFullPath(parsed.GetValue(config)!, context.Folder), .. parsed.GetValue(urls) is { } listen ? (string[])["--urls", listen] : []];
            using var process = Process.Start(new ProcessStartInfo(DotNetHost.Find(named: null), words))!;
            try
            {
                await process.WaitForExitAsync(cancellation).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                // A terminal tells the server as well; whoever ends us by a signal of our own does not.
                Termination.Ask(process);
                await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
            }
            return process.ExitCode;
        });
        return command;
    }
}
