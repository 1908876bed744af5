using System.CommandLine;
using AnalysisRunner.Cli.Output;
using AnalysisRunner.Contracts;
using AnalysisRunner.Submission.Following;

namespace AnalysisRunner.Cli.Commands;

/// <summary>Prints what a driver or a job wrote.</summary>
internal static class LogCommand
{
    public static Command Create(CommandContext context, Screen screen)
    {
        var servers = new Servers(context);
        var guid = ShowCommand.ArGuid();
        var follow = Flag.Create("--follow", "Go on until the run has ended, jobs included; exit 8 when it fails. With --job or --attempt, until that has ended.", "-f");
        var batch = new Option<string>("--batch") { Description = "The batch whose job is meant." };
        var job = new Option<int?>("--job") { Description = "The number of the job whose log is meant; with --batch, else of the only batch." };
        var attempt = new Option<int?>("--attempt") { Description = "The number of the attempt whose log is meant, from 1; else the last one." };
        var command = new ExampleCommand(
            "log",
            "Print what the driver wrote, or a job.",
            "analysis-runner log a1b2c3d4-0000-4000-8000-000000000001",
            "analysis-runner log -f a1b2c3d4-0000-4000-8000-000000000001",
            "analysis-runner log a1b2c3d4-0000-4000-8000-000000000001 --job 2",
            "analysis-runner log a1b2c3d4-0000-4000-8000-000000000001 --job 2 --attempt 1");
        command.Add(guid);
        command.Add(follow);
        command.Add(batch);
        command.Add(job);
        command.Add(attempt);
        servers.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var asked = parsed.GetValue(guid)!;
            var which = parsed.GetValue(attempt);
            if (which < 1) throw new UsageException($"There is no attempt '{which}'. Give a number from 1; 'analysis-runner jobs' says how many a job has made.");
            using var connection = servers.Connect(servers.Choose(parsed));
            var api = await connection.GetAsync(cancellation).ConfigureAwait(false);
            if (parsed.GetValue(job) is { } number)
            {
                var key = parsed.GetValue(batch) is { Length: > 0 } named ? named : await BatchesCommand.OnlyAsync(api, asked, cancellation).ConfigureAwait(false);
                await PrintAsync(screen, api.ReadJobLogAsync(key, number, which, 0, parsed.GetValue(follow), cancellation)).ConfigureAwait(false);
                return ExitCodes.Success;
            }
            if (which is not null || !parsed.GetValue(follow))
            {
                await PrintAsync(screen, api.ReadLogAsync(asked, which, 0, parsed.GetValue(follow), cancellation)).ConfigureAwait(false);
                return ExitCodes.Success;
            }
            var notes = RunProgress.For(new NoteOutput(screen), context.Environment);
            var ended = await new RunFollower(connection, new ResultOutput(screen), Persistence.Default, TimeSpan.FromSeconds(1), notes).FollowAsync(asked, cancellation).ConfigureAwait(false);
            screen.Note($"Run {ended.ArGuid} {ended.State.ToName()}{(ended.Reason is { } reason ? $": {reason}" : "")}.");
            return ended.State == InvocationState.Succeeded ? ExitCodes.Success : ExitCodes.RunFailed;
        });
        return command;
    }

    private static async Task PrintAsync(Screen screen, IAsyncEnumerable<ReadOnlyMemory<byte>> pieces)
    {
        var lines = new LineReader();
        await foreach (var piece in pieces.ConfigureAwait(false))
            foreach (var line in lines.Feed(piece.Span)) screen.WriteLine(line);
        foreach (var line in lines.Finish()) screen.WriteLine(line);
    }
}
