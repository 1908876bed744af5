using System.CommandLine;
using AnalysisRunner.Cli.Output;
using AnalysisRunner.Contracts;

namespace AnalysisRunner.Cli.Commands;

/// <summary>Lists the datasets, and what may be run on them.</summary>
internal static class DatasetsCommand
{
    private static readonly string[] Headings = ["dataset", "may run at", "may not", "repositories", "last run"];

    public static Command Create(CommandContext context, Screen screen)
    {
        var servers = new Servers(context);
        var json = Flag.Json();
        var command = new ExampleCommand("datasets", "List the datasets that you are in, and what you may run on them. Columns: " + string.Join(", ", Headings) + ".", "analysis-runner datasets", "analysis-runner datasets --json");
        command.Add(json);
        servers.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var found = await servers.AskAsync(parsed, api => api.ListDatasetsAsync(cancellation), cancellation).ConfigureAwait(false);
            if (parsed.GetValue(json)) screen.WriteJson(found, ContractsJson.Default.IReadOnlyListDatasetSummary);
            else screen.WriteTable(Headings, [.. found.Select(Row)], "You are in no dataset here.");
        });
        return command;
    }

    private static IReadOnlyList<string> Row(DatasetSummary dataset) =>
    [
        dataset.Name,
        string.Join(", ", dataset.Levels.Where(level => level.MayRun).Select(level => level.AccessLevel.ToName())),
        string.Join(", ", dataset.Levels.Where(level => !level.MayRun).Select(level => $"{level.AccessLevel.ToName()} ({string.Join(", ", level.Problems.Select(problem => problem.Code))})")),
        dataset.Repositories is { } names ? string.Join(", ", names) : "your work trees",
        dataset.Recent.Count == 0 ? "" : $"{InvocationsCommand.Moment(dataset.Recent[0].SubmittedAt)} {dataset.Recent[0].State.ToName()}",
    ];
}
