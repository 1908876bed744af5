using System.CommandLine;
using AnalysisRunner.Cli.Output;
using AnalysisRunner.Cli.Submitting;
using AnalysisRunner.Contracts;
using AnalysisRunner.Submission;
using AnalysisRunner.Submission.Following;

namespace AnalysisRunner.Cli.Commands;

/// <summary>Submits a script of a commit: the original's default mode.</summary>
internal static class SubmitCommand
{
    public static Command Create(CommandContext context, Screen screen)
    {
        var servers = new Servers(context);
        var dataset = new Option<string>("--dataset") { Description = "The dataset to run on." };
        var output = new Option<string>("--output-dir", "-o") { Description = "Where outputs go: a path inside the dataset's storage. Default: one of the run's own." };
        var repository = new Option<string>("--repository", "--repo") { Description = "The repository: a name that the server knows, or an address. Default: that of the current folder." };
        var commit = new Option<string>("--commit") { Description = "The commit: a hash, or a tag. Default: HEAD." };
        var description = new Option<string>("--description") { Description = "What the run is for. Default: the commit's subject." };
        var level = new Option<string>("--access-level") { Description = "test, standard or full.", DefaultValueFactory = _ => "test" };
        level.AcceptOnlyFromAmong("test", "standard", "full");
        var cwd = new Option<string>("--cwd") { Description = "The folder to run in, relative to the repository's root. Default: the current one." };
        var image = new Option<string>("--image") { Description = "The driver's container image." };
        var cpu = new Option<string>("--cpu") { Description = "Cores for the driver, such as 2." };
        var memory = new Option<string>("--memory") { Description = "Memory for the driver, such as 4Gi." };
        var storage = new Option<string>("--storage") { Description = "Scratch storage for the driver, such as 10Gi." };
        var preemptible = Flag.Create("--preemptible", "The driver may run on capacity that can be taken away: the server's choice unless given.");
        var notPreemptible = Flag.Create("--no-preemptible", "The driver may not run on such capacity.");
        var environment = new Option<string[]>("--env", "-e") { Description = "An environment variable of the driver, NAME=value. Again for each." };
        var config = new Option<string[]>("--config") { Description = "A TOML file, merged left to right over the server's config: a local one, gs:// or s3://. Again for each." };
        var repoless = Flag.Create("--skip-repo-checkout", "Run a command without any repository, where the dataset allows it.");
        var remote = new Option<string>("--remote") { Description = "The git remote that must have the commit. Default: the upstream's, else origin." };
        var confirm = new Option<string>("--confirm") { Description = "The dataset's name again, for level full." };
        var wait = Flag.Create("--wait", "Follow the run; exit 8 when it fails.");
        var dryRun = Flag.Create("--dry-run", "Do every check, print the request, send nothing.");
        var (yes, json) = (Flag.Yes(), Flag.Json());
        var script = new Argument<string[]>("script") { Description = "The script and its arguments; everything from the first word that is no option.", Arity = ArgumentArity.ZeroOrMore };

        var command = new ExampleCommand(
            "submit",
            "Submit a script of a commit. The default: 'analysis-runner --dataset …' is the same.",
            "analysis-runner --dataset fewgenomes --description \"Run Batch\" --output-dir onboarding/hello-world hello.py --name-to-print Ada",
            "analysis-runner submit --dataset fewgenomes --access-level standard --wait -- python3 main.py --fast",
            "analysis-runner submit --repository my-approved-repo --commit 1a2b3c4 --dataset fewgenomes script_to_run.py with arguments",
            "analysis-runner submit --dataset fewgenomes --config cohort.toml -e MODE=fast --dry-run ./run.sh");
        foreach (var option in new Option[] { dataset, output, repository, commit, description, level, cwd, image, cpu, memory, storage, preemptible, notPreemptible, environment, config, repoless, remote, confirm, wait, dryRun, yes, json })
            command.Add(option);
        servers.AddTo(command);
        command.Add(script);

        command.SetAction(async (parsed, cancellation) =>
        {
            var asked = new SubmitWish
            {
                Dataset = parsed.GetValue(dataset),
                OutputDirectory = parsed.GetValue(output),
                Repository = parsed.GetValue(repository),
                Commit = parsed.GetValue(commit),
                Description = parsed.GetValue(description),
                AccessLevel = parsed.GetValue(level)!,
                Cwd = parsed.GetValue(cwd),
                Server = servers.Choose(parsed),
                Image = parsed.GetValue(image),
                Cpu = parsed.GetValue(cpu),
                Memory = parsed.GetValue(memory),
                Storage = parsed.GetValue(storage),
                Preemptible = parsed.GetValue(notPreemptible) ? "false" : parsed.GetValue(preemptible) ? "true" : null,
                Environment = parsed.GetValue(environment) ?? [],
                Config = parsed.GetValue(config) ?? [],
                IsRepoless = parsed.GetValue(repoless),
                Remote = parsed.GetValue(remote),
                Confirm = parsed.GetValue(confirm),
                Script = parsed.GetValue(script) ?? [],
            };
            var settings = new SubmitSettings { Wait = parsed.GetValue(wait), DryRun = parsed.GetValue(dryRun) };
            using var connection = servers.Connect(asked.Server);
            var notes = new NoteOutput(screen);
            var follower = new RunFollower(connection, new ResultOutput(screen), Persistence.Default, TimeSpan.FromSeconds(1), RunProgress.For(notes, context.Environment));
            var accepted = await new SubmitScript(context, screen, new Question(context, parsed.GetValue(yes)), connection, notes, follower)
                .RunAsync(asked, settings, cancellation).ConfigureAwait(false);
            if (accepted is null) return ExitCodes.Success;
            if (parsed.GetValue(json)) screen.WriteJson(accepted, ContractsJson.Default.SubmissionAccepted);
            else if (!settings.Wait) screen.WriteLine(accepted.Url);
            return ExitCodes.Success;
        });
        return command;
    }
}
