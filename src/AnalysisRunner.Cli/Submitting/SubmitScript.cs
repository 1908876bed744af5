using AnalysisRunner.Cli.Output;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Submission;
using AnalysisRunner.Submission.Following;
using AnalysisRunner.Submission.Gate;
using AnalysisRunner.Submission.Git;

namespace AnalysisRunner.Cli.Submitting;

/// <summary>Submits a script: of the work tree around the current folder, by the same gate as the build; of a repository elsewhere; or of none.</summary>
internal sealed class SubmitScript(
    CommandContext context, Screen screen, Question question, RunnerConnection connection, ISubmissionOutput notes, RunFollower follower)
{
    /// <summary>Submits; returns the accepted submission, or null for a dry run.</summary>
    /// <exception cref="AnalysisRunnerException">It was refused, not delivered, or failed; the first problem decides the exit code.</exception>
    public async Task<SubmissionAccepted?> RunAsync(SubmitWish wish, SubmitSettings settings, CancellationToken cancellation)
    {
        if (wish.Script.Count == 0 || wish.Script[0].Length == 0)
            throw new UsageException($"No script provided. Write the command after the options, such as '{CommandLine.Program} --dataset {wish.Dataset ?? "fewgenomes"} ./run.sh'.");
        var environment = ParseEnvironment(wish.Environment);
        using var configs = await ConfigCopies.FetchAsync(wish.Config, context.Folder, cancellation).ConfigureAwait(false);
        var options = new SubmissionOptions
        {
            Folder = context.Folder,
            Dataset = wish.Dataset,
            AccessLevel = wish.AccessLevel,
            RunnerUrl = wish.Server,
            Description = wish.Description,
            OutputPrefix = OutputDirectory(wish.OutputDirectory),
            Image = wish.Image,
            Cpu = wish.Cpu,
            Memory = wish.Memory,
            Storage = wish.Storage,
            Preemptible = wish.Preemptible,
            Confirm = wish.Confirm ?? ConfirmFull(wish, settings),
            Config = [.. configs.Files.Select(file => new ConfigFile(file, Uncommitted: true))],
            Environment = environment,
            Client = new ClientInfo("AnalysisRunner.Cli", ProductVersion.Current),
            Names = OptionNames.CommandLine,
        };
        var malformed = OptionsCheck.Judge(options);
        if (malformed.Count > 0) throw new AnalysisRunnerException(malformed);
        var check = new WorkingCopyCheck(new GitWorkingCopy(context.Folder, wish.Remote), context.Environment);
        var submitter = new Submitter(check, connection, notes, follower.FollowAsync, Persistence.Default);
        return wish.Repository is null && !wish.IsRepoless
            ? await SubmitWorkTreeAsync(wish, options, submitter, settings, cancellation).ConfigureAwait(false)
            : await SubmitElsewhereAsync(wish, options, submitter, settings, cancellation).ConfigureAwait(false);
    }

    private async Task<SubmissionAccepted?> SubmitWorkTreeAsync(SubmitWish wish, SubmissionOptions options, Submitter submitter, SubmitSettings settings, CancellationToken cancellation)
    {
        var copy = await new GitWorkingCopy(context.Folder, wish.Remote).ReadAsync(cancellation).ConfigureAwait(false);
        var folder = wish.Cwd is null ? context.Folder : Path.GetFullPath(wish.Cwd, copy.VisibleRoot);
        var script = ScriptWords.Find(wish.Script, folder, context.Environment, question);
        foreach (var file in options.Config)
        {
            if (File.Exists(file.Path) && !(copy.RelativePath(file.Path) is { } path && copy.Holds(path)))
                screen.Note($"The config file '{Path.GetFileName(file.Path)}' is not in the commit: its text is sent, and recorded with the run.");
        }
        screen.Note($"Submitting {(copy.Repository?.ToString() is { } url ? url[(url.LastIndexOf('/') + 1)..] : Path.GetFileName(copy.VisibleRoot))}@{wish.Commit ?? copy.Head?.Short ?? "?"} on {copy.Branch ?? "no branch"} for dataset \"{wish.Dataset}\"");
        return await submitter.SubmitAsync(
            options with { Folder = folder, Revision = wish.Commit, Script = ShellWords.Join(script) }, new BuildFacts(), settings, cancellation).ConfigureAwait(false);
    }

    private async Task<SubmissionAccepted?> SubmitElsewhereAsync(SubmitWish wish, SubmissionOptions options, Submitter submitter, SubmitSettings settings, CancellationToken cancellation)
    {
        var name = wish.IsRepoless ? "--skip-repo-checkout" : "--repository";
        if (wish.IsRepoless && (wish.Repository ?? wish.Commit) is not null)
            throw new UsageException("'--skip-repo-checkout' runs a command of no repository; leave out '--repository' and '--commit', or it.");
        if (wish.Server is null)
        {
            throw new AnalysisRunnerException(
                CommandLineCodes.NeedsServer, $"'{name}' needs a server: the local runner runs commits of the work tree that you are in. Give one with '--server-url', or leave it out and change into the repository.");
        }
        if (!wish.IsRepoless && string.IsNullOrEmpty(wish.Commit))
            throw new AnalysisRunnerException(CommandLineCodes.CommitMissing, $"'--repository {wish.Repository}' is given without a commit of it. Add '--commit <hash>'.");

        var script = ScriptWords.Find(wish.Script, wish.Cwd is null ? context.Folder : Path.GetFullPath(wish.Cwd, context.Folder), context.Environment, question: null);
        var asked = options with { Script = ShellWords.Join(script) };
        var texts = asked.Config.ToDictionary(file => file.Path, file => File.ReadAllText(file.Path));
        var problems = SubmissionGate.JudgeRequest(asked, texts);
        if (problems.Count > 0) throw new AnalysisRunnerException(problems);

        screen.Note(wish.IsRepoless
            ? $"Submitting analysis for dataset \"{wish.Dataset}\""
            : $"Submitting {wish.Repository}@{wish.Commit} for dataset \"{wish.Dataset}\"");
        var request = new SubmissionRequest
        {
            Dataset = asked.Dataset,
            AccessLevel = asked.AccessLevel,
            Description = string.IsNullOrWhiteSpace(asked.Description) ? ShellWords.Join(script) : asked.Description,
            OutputPrefix = asked.OutputPrefix,
            Repository = wish.Repository,
            Commit = wish.Commit,
            WorkingDirectory = wish.IsRepoless || wish.Cwd is null or "." ? null : wish.Cwd,
            Script = script,
            Image = wish.Image,
            Cpu = wish.Cpu,
            Memory = wish.Memory,
            Storage = wish.Storage,
            Preemptible = wish.Preemptible is null ? null : wish.Preemptible == "true",
            Environment = asked.Environment.Count == 0 ? null : asked.Environment,
            Config = texts.Count == 0 ? null : [.. asked.Config.Select(file => new ConfigLayer(Path.GetFileName(file.Path), texts[file.Path]))],
            Client = asked.Client,
        };
        return await submitter.SendAsync(request, asked, settings, cancellation).ConfigureAwait(false);
    }

    /// <summary>Asks what the original asks before level full. Only an answer at a terminal gives the name: '--yes' answers no rule of the gate.</summary>
    private string? ConfirmFull(SubmitWish wish, SubmitSettings settings)
    {
        if (wish.AccessLevel != "full" || settings.DryRun || !context.InIsTerminal) return null;
        new Question(context, isAnswered: false).Confirm(
            $"Full access increases the risk of losing data of dataset '{wish.Dataset}'. Are you sure?", $"Give '--confirm {wish.Dataset}'.");
        return wish.Dataset;
    }

    private string? OutputDirectory(string? given)
    {
        if (given is null) return null;
        // The original's documents show an address here, which its server refuses: the bucket follows from dataset and level.
        if (given.StartsWith("gs://", StringComparison.Ordinal) && given.IndexOf('/', "gs://".Length) is > 0 and var slash && given.Trim('/').Length > slash)
        {
            var path = given[(slash + 1)..];
            screen.Note($"'--output-dir {given}': the bucket is that of dataset and access level; the path in it is '{path}'.");
            given = path;
        }
        return given.TrimEnd('/');
    }

    private static Dictionary<string, string> ParseEnvironment(IReadOnlyList<string> pairs)
    {
        var environment = new Dictionary<string, string>();
        foreach (var pair in pairs)
        {
            if (pair.IndexOf('=', StringComparison.Ordinal) is not (> 0 and var equals))
                throw new AnalysisRunnerException(CommandLineCodes.EnvironmentMalformed, $"The environment variable '{TerminalText.OneLine(pair)}' does not conform to key=value format. Write '--env NAME=value'.");
            environment[pair[..equals]] = pair[(equals + 1)..];
        }
        return environment;
    }
}
