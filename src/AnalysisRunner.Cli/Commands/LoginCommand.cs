using System.CommandLine;
using AnalysisRunner.Cli.Output;
using AnalysisRunner.Client;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Submission.Credentials;

namespace AnalysisRunner.Cli.Commands;

/// <summary>Keeps a token for a server, once the server has taken it.</summary>
internal static class LoginCommand
{
    public static Command Create(CommandContext context, Screen screen)
    {
        var servers = new Servers(context);
        var forget = Flag.Create("--forget", "Remove the token of the server.");
        var command = new ExampleCommand(
            "login",
            "Keep a token for a server, in a file that only you can read. The token is read from the standard input.",
            "analysis-runner login --server-url https://runner.example.org < token.txt",
            "gcloud auth print-identity-token | analysis-runner login --server-url https://runner.example.org",
            "analysis-runner login --server-url https://runner.example.org --forget");
        command.Add(forget);
        servers.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var server = servers.Choose(parsed)
                ?? throw new AnalysisRunnerException(CommandLineCodes.NeedsServer, "The local runner needs no sign-in. Name a server with '--server-url'.");
            // Judges the address before a token goes there.
            servers.Connect(server).Dispose();
            var url = new Uri(server);
            var file = new CredentialsFile(RunnerCredentials.FileOfUser());
            if (parsed.GetValue(forget))
            {
                screen.Note(file.Remove(url) ? $"The token of '{RunnerCredentials.Canonical(url)}' was removed from '{file.Path}'." : $"'{file.Path}' holds no token of '{RunnerCredentials.Canonical(url)}'.");
                return;
            }
            var token = ReadToken(context);
            using (var api = new AnalysisRunnerApi(url, _ => ValueTask.FromResult<string?>(token)))
            {
                await api.RequireCompatibleServerAsync(cancellation).ConfigureAwait(false);
                await api.IdentifyAsync(cancellation).ConfigureAwait(false);
            }
            file.Keep(url, token);
            screen.Note($"'{RunnerCredentials.Canonical(url)}' takes the token; it is kept in '{file.Path}'.");
        });
        return command;
    }

    private static string ReadToken(CommandContext context)
    {
        if (!context.InIsTerminal) return Trim(context.In.ReadToEnd());
        context.Error.Write("Token (not shown): ");
        context.Error.Flush();
        var typed = new System.Text.StringBuilder();
        while (Console.ReadKey(intercept: true) is { Key: not ConsoleKey.Enter } key)
        {
            if (key.Key != ConsoleKey.Backspace) typed.Append(key.KeyChar);
            else if (typed.Length > 0) typed.Length--;
        }
        context.Error.WriteLine();
        return Trim(typed.ToString());
    }

    private static string Trim(string text) => text.Trim() is { Length: > 0 } token
        ? token
        : throw new AnalysisRunnerException(CommandLineCodes.ValueMalformed, "No token came on the standard input. Pipe it in, or type it at the prompt.");
}
