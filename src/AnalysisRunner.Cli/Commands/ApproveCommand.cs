using System.CommandLine;
using System.Security.Cryptography;
using System.Text;
using AnalysisRunner.Cli.Output;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Cli.Commands;

/// <summary>Agrees to an invocation that waits for a second member of its level: to exactly what was shown, and nothing else.</summary>
internal static class ApproveCommand
{
    public static Command Create(CommandContext context, Screen screen)
    {
        var servers = new Servers(context);
        var (guid, yes) = (ShowCommand.ArGuid(), Flag.Yes());
        var digest = new Option<string>("--digest") { Description = "The SHA-256 of what was reviewed. Another is refused." };
        var command = new ExampleCommand(
            "approve",
            "Show what an invocation would run, and agree to exactly that.",
            "analysis-runner approve a1b2c3d4-0000-4000-8000-000000000001",
            "analysis-runner approve a1b2c3d4-0000-4000-8000-000000000001 --digest 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 --yes");
        command.Add(guid);
        command.Add(digest);
        command.Add(yes);
        servers.AddTo(command);
        command.SetAction((parsed, cancellation) => servers.AskAsync(
            parsed,
            async api =>
            {
                var asked = parsed.GetValue(guid)!;
                var document = await api.GetApprovalAsync(asked, cancellation).ConfigureAwait(false);
                // Of what is shown, not as the server says: it is this text that is agreed to.
                var shown = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(document)));
                if (parsed.GetValue(digest) is { Length: > 0 } reviewed && !string.Equals(reviewed, shown, StringComparison.OrdinalIgnoreCase))
                    throw new AnalysisRunnerException(CommandLineCodes.ValueMalformed, $"What would run has the digest '{shown}', and '{reviewed}' was reviewed: they are not the same. Review it again.");
                screen.WriteText(document + "\n");
                new Question(context, parsed.GetValue(yes)).Confirm($"Agree to this run ({shown})?", "Give '--digest' and '--yes'.");
                var approved = await api.ApproveAsync(asked, shown, cancellation).ConfigureAwait(false);
                screen.Note($"Run {approved.ArGuid} was approved; it is {approved.State.ToName()}.");
                return ExitCodes.Success;
            },
            cancellation));
        return command;
    }
}
