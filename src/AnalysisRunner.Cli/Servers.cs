using System.CommandLine;
using AnalysisRunner.Client;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Submission;
using AnalysisRunner.Submission.Credentials;
using AnalysisRunner.Submission.Local;

namespace AnalysisRunner.Cli;

/// <summary>The options by which a command chooses its server, and the way there.</summary>
internal sealed class Servers(CommandContext context)
{
    /// <summary>The variable that names the usual server.</summary>
    public const string Variable = "ANALYSIS_RUNNER_URL";

    /// <summary>The variable that names the test server.</summary>
    public const string TestVariable = "ANALYSIS_RUNNER_TEST_URL";

    private readonly Option<string> _url = new("--server-url") { Description = $"The server's address. Default: ${Variable}, else the local runner of this machine." };
    private readonly Option<bool> _test = new("--use-test-server") { Arity = ArgumentArity.Zero, Description = $"Use the server that ${TestVariable} names. --server-url wins." };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(_url);
        command.Add(_test);
    }

    /// <summary>The chosen server's address; null is the local runner.</summary>
    /// <exception cref="AnalysisRunnerException">AR1071: the test server is asked for and not known. AR1018: the address is malformed.</exception>
    public string? Choose(ParseResult parsed)
    {
        if (parsed.GetValue(_url) is { Length: > 0 } chosen) return chosen;
        if (!parsed.GetValue(_test)) return context.Environment(Variable) is { Length: > 0 } usual ? usual : null;
        return context.Environment(TestVariable) is { Length: > 0 } test
            ? test
            : throw new AnalysisRunnerException(CommandLineCodes.NoTestServer, $"'--use-test-server' is given, and {TestVariable} names no server. Set it to the test server's address.");
    }

    /// <summary>The way to a server; a local runner that is not there is started.</summary>
    public RunnerConnection Connect(string? url)
    {
        if (url is null) return RunnerConnection.ToLocal(LocalRunner);
        var problems = OptionsCheck.Judge(new SubmissionOptions { Folder = context.Folder, Dataset = "any", AccessLevel = "test", RunnerUrl = url, Names = OptionNames.CommandLine });
        return problems.Count > 0 ? throw new AnalysisRunnerException(problems) : RunnerConnection.ToServer(new Uri(url), Credentials);
    }

    /// <summary>The user's credentials.</summary>
    public RunnerCredentials Credentials => new(context.Environment, RunnerCredentials.FileOfUser());

    /// <summary>The user's local runner.</summary>
    public LocalRunner LocalRunner => LocalRunner.OfUser(context.ServerFolder, dotnetHost: null);

    /// <summary>Asks the chosen server.</summary>
    public async Task<T> AskAsync<T>(ParseResult parsed, Func<IAnalysisRunnerApi, Task<T>> ask, CancellationToken cancellation)
    {
        using var connection = Connect(Choose(parsed));
        return await ask(await connection.GetAsync(cancellation).ConfigureAwait(false)).ConfigureAwait(false);
    }
}
