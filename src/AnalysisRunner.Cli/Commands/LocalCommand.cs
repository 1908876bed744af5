using System.CommandLine;
using AnalysisRunner.Cli.Output;

namespace AnalysisRunner.Cli.Commands;

/// <summary>Starts, ends and describes the local runner.</summary>
internal static class LocalCommand
{
    public static Command Create(CommandContext context, Screen screen)
    {
        var servers = new Servers(context);
        var output = new ResultOutput(screen);
        var command = new ExampleCommand("local", "The local runner of this machine.", "analysis-runner local status", "analysis-runner local stop --force");

        var start = new ExampleCommand("start", "Start it, unless it runs.", "analysis-runner local start");
        start.SetAction(async (_, cancellation) =>
        {
            await servers.LocalRunner.FindOrStartAsync(cancellation).ConfigureAwait(false);
            await servers.LocalRunner.ReportAsync(output, cancellation).ConfigureAwait(false);
        });
        command.Add(start);

        var force = Flag.Create("--force", "End it although runs are going; the next one takes them up.");
        var stop = new ExampleCommand("stop", "End it; refused while runs are going.", "analysis-runner local stop");
        stop.Add(force);
        stop.SetAction(async (parsed, cancellation) =>
        {
            var runner = servers.LocalRunner;
            screen.Note(await runner.StopAsync(parsed.GetValue(force), cancellation).ConfigureAwait(false) ? "The local runner has ended." : $"No local runner is running (state folder '{runner.State.Path}').");
        });
        command.Add(stop);

        var status = new ExampleCommand("status", "Say where it is, and print a link that signs in once. Starts nothing.", "analysis-runner local status");
        status.SetAction((_, cancellation) => servers.LocalRunner.ReportAsync(output, cancellation));
        command.Add(status);
        return command;
    }
}
