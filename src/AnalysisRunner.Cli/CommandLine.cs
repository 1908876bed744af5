using System.CommandLine;
using System.CommandLine.Help;
using AnalysisRunner.Cli.Commands;
using AnalysisRunner.Cli.Output;
using AnalysisRunner.Config;
using AnalysisRunner.Contracts;
using AnalysisRunner.Storage;
using AnalysisRunner.Submission;

namespace AnalysisRunner.Cli;

/// <summary>The commands, how a command line is taken for one of them, and how each way to fail becomes words and an exit code.</summary>
internal static class CommandLine
{
    /// <summary>The program's name.</summary>
    public const string Program = "analysis-runner";

    // A server that is ended drains first.
    private static readonly TimeSpan TerminationLimit = TimeSpan.FromMinutes(2);

    /// <summary>Runs a command line; returns the exit code.</summary>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, CommandContext context)
    {
        var screen = new Screen(context);
        var root = Create(context, screen);
        try
        {
            var words = Dispatch(arguments, root);
            // A word that begins with '@' is a word, not a file of words.
            var parsed = root.Parse(words, new ParserConfiguration { ResponseFileTokenReplacer = null });
            if (parsed.Errors.Count > 0 && parsed.Action is not HelpPage)
            {
                foreach (var error in parsed.Errors) screen.Note(error.Message);
                screen.Note($"See '{Program} {string.Join(' ', PathOf(parsed.CommandResult.Command))} --help'.".Replace("  ", " ", StringComparison.Ordinal));
                return ExitCodes.Usage;
            }
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TerminationLimit, Output = context.Out, Error = context.Error }).ConfigureAwait(false);
        }
        catch (UsageException exception)
        {
            screen.Note(exception.Message);
            return ExitCodes.Usage;
        }
        catch (AnalysisRunnerException exception)
        {
            screen.Report(exception.Problems);
            return ExitCodes.Of(exception.Problems[0].Code);
        }
        catch (ConfigException exception)
        {
            foreach (var problem in exception.Problems) screen.Note(problem.ToString());
            return ExitCodes.Config;
        }
        catch (Exception exception) when (exception is StorageException or AggregateException { InnerException: StorageException })
        {
            var problems = exception is AggregateException several ? several.InnerExceptions : [exception];
            foreach (var problem in problems) screen.Note(problem.Message);
            return ExitCodes.Storage;
        }
        catch (OperationCanceledException)
        {
            return ExitCodes.Interrupted;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The reader of our output has gone, as 'head' does, or a file of the user's cannot be read or written.
            screen.Note(exception.Message);
            return ExitCodes.Failed;
        }
    }

    /// <summary>All commands.</summary>
    public static RootCommand Create(CommandContext context, Screen screen)
    {
        var root = new RootCommand("Submits committed analyses to a runner, and shows, follows and ends what runs.");
        root.Add(SubmitCommand.Create(context, screen));
        root.Add(ConfigCommand.Create(context, screen));
        root.Add(InvocationsCommand.Create(context, screen));
        root.Add(ShowCommand.Create(context, screen));
        root.Add(LogCommand.Create(context, screen));
        root.Add(OutputsCommand.Create(context, screen));
        root.Add(RerunCommand.Create(context, screen));
        root.Add(ReproduceCommand.Create(context, screen));
        root.Add(ApproveCommand.Create(context, screen));
        root.Add(CancelCommand.Create(context, screen));
        root.Add(BatchesCommand.Create(context, screen));
        root.Add(JobsCommand.Create(context, screen));
        root.Add(OpenCommand.Create(context, screen));
        root.Add(StorageCommand.Create(context, screen));
        root.Add(DatasetsCommand.Create(context, screen));
        root.Add(WhoAmICommand.Create(context, screen));
        root.Add(LoginCommand.Create(context, screen));
        root.Add(LocalCommand.Create(context, screen));
        root.Add(ServeCommand.Create(context));
        root.Add(AdminCommand.Create(context));
        root.Add(CompletionCommand.Create(context));
        root.Add(VersionCommand.Create(screen));

        // One way to say it: 'version', for which -v and --version are taken.
        foreach (var version in root.Options.OfType<VersionOption>().ToList()) root.Options.Remove(version);
        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpPage((HelpAction)help.Action!);
        return root;
    }

    /// <summary>Takes the original's forms for ours: no word and 'help', -v, the name of its default mode, and options without a command, which submit.</summary>
    private static IReadOnlyList<string> Dispatch(IReadOnlyList<string> arguments, RootCommand root)
    {
        if (arguments.Count == 0 || arguments[0] is "help") return ["--help"];
        var first = arguments[0];
        if (first is "-h" or "--help" or "-?" || first.StartsWith('[')) return arguments;
        if (first is "-v" or "--version") return ["version"];
        if (first == "cromwell")
            throw new UsageException("WDL workflows ('cromwell') are not run by this program. Submit a script or a project that runs them.");
        if (first == Program) arguments = ["submit", .. arguments.Skip(1)];
        else if (first.StartsWith('-')) arguments = ["submit", .. arguments];
        else if (root.Subcommands.All(command => command.Name != first))
            throw new UsageException($"There is no command '{TerminalText.OneLine(first)}'. The commands are {string.Join(", ", root.Subcommands.Select(command => command.Name))}; a submission's options come before its script.");
        return arguments[0] == "submit"
            ? ["submit", .. OriginalArguments.Rewrite(root.Subcommands.Single(command => command.Name == "submit"), [.. arguments.Skip(1)])]
            : arguments;
    }

    private static IEnumerable<string> PathOf(Command command) =>
        command is RootCommand ? [] : [.. command.Parents.OfType<Command>().Take(1).SelectMany(PathOf), command.Name];
}
