using System.CommandLine;
using System.Globalization;
using AnalysisRunner.Cli.Output;
using AnalysisRunner.Cli.Reproducing;
using AnalysisRunner.Contracts;

namespace AnalysisRunner.Cli.Commands;

/// <summary>Lists what an invocation left under its output prefix.</summary>
internal static class OutputsCommand
{
    private static readonly string[] Headings = ["bytes", "sha256", "change", "category", "path"];

    public static Command Create(CommandContext context, Screen screen)
    {
        var servers = new Servers(context);
        var guid = ShowCommand.ArGuid();
        var (all, json) = (Flag.Create("--all", "Also what was there before and is unchanged."), Flag.Json());
        var command = new ExampleCommand(
            "outputs",
            "List the outputs of an invocation that has ended, with their digests. Columns: " + string.Join(", ", Headings) + ".",
            "analysis-runner outputs a1b2c3d4-0000-4000-8000-000000000001");
        command.Add(guid);
        command.Add(all);
        command.Add(json);
        servers.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var found = await servers.AskAsync(parsed, api => InvocationOutputs.ListAsync(api, parsed.GetValue(guid)!, cancellation), cancellation).ConfigureAwait(false);
            if (!parsed.GetValue(all)) found = [.. found.Where(output => output.Change != OutputChange.Unchanged)];
            if (parsed.GetValue(json)) screen.WriteJson(found, ContractsJson.Default.IReadOnlyListInvocationOutput);
            else screen.WriteTable(Headings, [.. found.Select(Row)], "It has no output, or has not ended.");
        });
        return command;
    }

    private static IReadOnlyList<string> Row(InvocationOutput output) =>
        [output.Length.ToString(CultureInfo.InvariantCulture), output.Sha256 ?? output.Problem ?? "", output.Change.ToName(), output.Category, output.Path];
}
