using System.CommandLine;
using System.Globalization;
using AnalysisRunner.Cli.Output;
using AnalysisRunner.Client;
using AnalysisRunner.Contracts;

namespace AnalysisRunner.Cli.Commands;

/// <summary>Lists invocations, with the filters of the API.</summary>
internal static class InvocationsCommand
{
    private const int LargestPage = 1000;

    private static readonly string[] Headings = ["ar-guid", "submitted", "state", "dataset", "level", "user", "commit", "description"];

    public static Command Create(CommandContext context, Screen screen)
    {
        var servers = new Servers(context);
        var dataset = new Option<string>("--dataset") { Description = "Only this dataset." };
        var level = new Option<string>("--access-level") { Description = "Only this level." };
        var user = new Option<string>("--user") { Description = "Only what was submitted by users whose names begin so." };
        var repository = new Option<string>("--repository", "--repo") { Description = "Only this repository, by its address." };
        var commit = new Option<string>("--commit") { Description = "Only commits that begin so." };
        var guid = new Option<string>("--ar-guid") { Description = "Only ar-guids that begin so." };
        var image = new Option<string>("--image") { Description = "Only images of the driver that begin so." };
        var batch = new Option<string>("--batch") { Description = "Only those with a batch whose name begins so." };
        var progress = new Option<string>("--progress") { Description = "running: only those of which a batch runs; failed: of which a job has failed." };
        var longer = new Option<string>("--longer") { Description = "Only those that took at least so long, such as 1h30m." };
        var shorter = new Option<string>("--shorter") { Description = "Only those that took at most so long." };
        var state = new Option<string>("--state") { Description = "Only this state." };
        var from = new Option<string>("--from") { Description = "Submitted at this date or moment, or later." };
        var before = new Option<string>("--before") { Description = "Submitted before this date or moment." };
        var sort = new Option<string>("--sort") { Description = "submitted, dataset, level, user, state or duration; with '-' before it descending. By duration, what has not ended comes last." };
        var limit = new Option<int>("--limit", "-n") { Description = "How many at most.", DefaultValueFactory = _ => 50 };
        var json = Flag.Json();
        var text = new Argument<string[]>("text") { Description = "Words to find.", Arity = ArgumentArity.ZeroOrMore };
        var command = new ExampleCommand(
            "invocations",
            "List invocations, the newest first. Columns: " + string.Join(", ", Headings) + ".",
            "analysis-runner invocations --dataset fewgenomes --state failed --from 2026-03-01",
            "analysis-runner invocations cohort v2 --limit 5",
            "analysis-runner invocations --json | jq -r '.[].arGuid'");
        foreach (var option in new Option[] { dataset, level, user, repository, commit, guid, image, batch, state, progress, longer, shorter, from, before, sort, limit, json }) command.Add(option);
        servers.AddTo(command);
        command.Add(text);
        command.SetAction(async (parsed, cancellation) =>
        {
            var wanted = parsed.GetValue(limit);
            if (wanted < 1) throw new UsageException($"'--limit {wanted}' lists nothing. Give a number from 1.");
            var listing = new InvocationListing
            {
                Dataset = parsed.GetValue(dataset),
                Level = parsed.GetValue(level),
                User = parsed.GetValue(user),
                Repository = parsed.GetValue(repository),
                Commit = parsed.GetValue(commit),
                ArGuid = parsed.GetValue(guid),
                Image = parsed.GetValue(image),
                Batch = parsed.GetValue(batch),
                Progress = parsed.GetValue(progress),
                Longer = parsed.GetValue(longer),
                Shorter = parsed.GetValue(shorter),
                State = parsed.GetValue(state),
                From = parsed.GetValue(from),
                Before = parsed.GetValue(before),
                Sort = parsed.GetValue(sort),
                Text = parsed.GetValue(text) is { Length: > 0 } words ? string.Join(' ', words) : null,
            };
            var found = await servers.AskAsync(parsed, api => ListAsync(api, listing, wanted, cancellation), cancellation).ConfigureAwait(false);
            if (parsed.GetValue(json)) screen.WriteJson(found, ContractsJson.Default.IReadOnlyListInvocation);
            else screen.WriteTable(Headings, [.. found.Select(Row)], "There is no such invocation.");
        });
        return command;
    }

    private static async Task<IReadOnlyList<Invocation>> ListAsync(IAnalysisRunnerApi api, InvocationListing listing, int wanted, CancellationToken cancellation)
    {
        var found = new List<Invocation>();
        for (string? cursor = null; found.Count < wanted;)
        {
            var page = await api.ListInvocationsAsync(listing with { Limit = Math.Min(wanted - found.Count, LargestPage), Cursor = cursor }, cancellation).ConfigureAwait(false);
            found.AddRange(page.Invocations);
            if ((cursor = page.Next) is null) break;
        }
        return found;
    }

    private static IReadOnlyList<string> Row(Invocation invocation) =>
    [
        invocation.ArGuid, Moment(invocation.SubmittedAt), invocation.State.ToName(), invocation.Dataset, invocation.AccessLevel.ToName(), invocation.SubmittedBy,
        invocation.Commit.Length >= 12 ? invocation.Commit[..12] : invocation.Commit, invocation.Description,
    ];

    /// <summary>A moment, to the second, in this machine's zone.</summary>
    public static string Moment(DateTimeOffset moment) => moment.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
