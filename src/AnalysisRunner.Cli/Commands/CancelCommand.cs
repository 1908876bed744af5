using System.CommandLine;
using AnalysisRunner.Cli.Output;
using AnalysisRunner.Contracts;

namespace AnalysisRunner.Cli.Commands;

/// <summary>Ends an invocation.</summary>
internal static class CancelCommand
{
    public static Command Create(CommandContext context, Screen screen)
    {
        var servers = new Servers(context);
        var (guid, yes) = (ShowCommand.ArGuid(), Flag.Yes());
        var command = new ExampleCommand("cancel", "End an invocation with all its jobs.", "analysis-runner cancel a1b2c3d4-0000-4000-8000-000000000001", "analysis-runner cancel --yes a1b2c3d4-0000-4000-8000-000000000001");
        command.Add(guid);
        command.Add(yes);
        servers.AddTo(command);
        command.SetAction((parsed, cancellation) => servers.AskAsync(
            parsed,
            async api =>
            {
                var invocation = await api.GetInvocationAsync(parsed.GetValue(guid)!, cancellation).ConfigureAwait(false);
                if (invocation.IsFinal)
                {
                    screen.Note($"Run {invocation.ArGuid} has ended already: {invocation.State.ToName()}.");
                    return ExitCodes.Success;
                }
                new Question(context, parsed.GetValue(yes)).Confirm($"End run {invocation.ArGuid} of {invocation.SubmittedBy} ('{invocation.Description}')?", "Give '--yes'.");
                await api.CancelAsync(invocation.ArGuid, cancellation).ConfigureAwait(false);
                screen.Note($"Run {invocation.ArGuid} was told to end. 'analysis-runner log -f {invocation.ArGuid}' shows it do so.");
                return ExitCodes.Success;
            },
            cancellation));
        return command;
    }
}
