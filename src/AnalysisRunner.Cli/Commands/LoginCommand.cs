using System.CommandLine;
using AnalysisRunner.Cli.Output;
using AnalysisRunner.Cli.SigningIn;
using AnalysisRunner.Client;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Submission;
using AnalysisRunner.Submission.Credentials;

namespace AnalysisRunner.Cli.Commands;

/// <summary>Keeps a token for a server, once the server has taken it: one that its issuer gives, or one that the user has.</summary>
internal static class LoginCommand
{
    public static Command Create(CommandContext context, Screen screen)
    {
        var servers = new Servers(context);
        var browser = Flag.Create("--browser", "Sign in by a browser on this machine. The default at a terminal that has one.");
        var device = Flag.Create("--device", "Sign in by a browser on any machine, with a code. The default at a terminal that has none.");
        var issuer = new Option<string>("--issuer") { Description = "The issuer to sign in at, where the server takes the tokens of several." };
        var forget = Flag.Create("--forget", "Remove the token of the server.");
        var command = new ExampleCommand(
            "login",
            "Sign in to a server by its issuer, and keep what renews the sign-in in a file that only you can read. A token that is piped in is kept instead.",
            "analysis-runner login --server-url https://runner.example.org",
            "analysis-runner login --server-url https://runner.example.org --device",
            "gcloud auth print-identity-token | analysis-runner login --server-url https://runner.example.org",
            "analysis-runner login --server-url https://runner.example.org --forget");
        foreach (var option in new Option[] { browser, device, issuer, forget }) command.Add(option);
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
            if (parsed.GetValue(browser) && parsed.GetValue(device)) throw new UsageException("'--browser' and '--device' are two ways; leave one out.");
            bool? byDevice = parsed.GetValue(device) ? true : parsed.GetValue(browser) ? false : null;
            var kept = byDevice is null && !context.InIsTerminal
                ? new KeptToken(RequireToken(await context.In.Value.ReadToEndAsync(cancellation).ConfigureAwait(false)))
                : await SignInAsync(context, screen, url, parsed.GetValue(issuer), byDevice, cancellation).ConfigureAwait(false);
            var caller = await IdentifyAsync(url, kept.Token, cancellation).ConfigureAwait(false);
            file.Keep(url, kept);
            screen.Note($"'{RunnerCredentials.Canonical(url)}' takes you for '{TerminalText.OneLine(caller.Name)}'; the token is kept in '{file.Path}'{(kept.Renewal is null ? "" : " and renewed by itself")}.");
        });
        return command;
    }

    private static async Task<KeptToken> SignInAsync(CommandContext context, Screen screen, Uri url, string? issuer, bool? byDevice, CancellationToken cancellation)
    {
        ProtectedResource resource;
        using (var api = new AnalysisRunnerApi(url, _ => ValueTask.FromResult<string?>(null)))
            resource = await api.GetSignInMetadataAsync(cancellation).ConfigureAwait(false);
        if (byDevice is null && resource.Clients.Count == 0) return new KeptToken(RequireToken(TypeToken(context)));

        var offer = await IssuerOffer.FindAsync(resource, issuer, cancellation).ConfigureAwait(false);
        var wantsDevice = byDevice ?? (!HasBrowser(context.Environment) && offer.DeviceEndpoint is not null);
        if ((wantsDevice ? offer.DeviceEndpoint : offer.AuthorizationEndpoint) is null)
            throw new AnalysisRunnerException(CommandLineCodes.SignInNotOffered, $"The issuer '{TerminalText.OneLine(offer.Client.Issuer)}' has no {(wantsDevice ? "device flow. Add '--browser'" : "code flow. Add '--device'")}, or pipe a token in.");
        return wantsDevice
            ? await new DeviceSignIn(offer, screen).RunAsync(cancellation).ConfigureAwait(false)
            : await new BrowserSignIn(offer, address => Show(context, screen, address)).RunAsync(cancellation).ConfigureAwait(false);
    }

    private static void Show(CommandContext context, Screen screen, string address)
    {
        screen.Note("Open this address in a browser on this machine, if it does not open by itself:");
        screen.Note(address);
        try
        {
            OpenCommand.Open(address, context.Environment("BROWSER"));
        }
        catch (AnalysisRunnerException exception)
        {
            // The address is shown, and the user may open it.
            screen.Note(exception.Message);
        }
    }

    // Over ssh the browser of the user is somewhere else.
    private static bool HasBrowser(Func<string, string?> environment) =>
        environment("SSH_CONNECTION") is null or ""
        && (environment("BROWSER") is { Length: > 0 } || OperatingSystem.IsWindows() || OperatingSystem.IsMacOS() || environment("DISPLAY") is { Length: > 0 } || environment("WAYLAND_DISPLAY") is { Length: > 0 });

    private static async Task<WhoAmI> IdentifyAsync(Uri url, string token, CancellationToken cancellation)
    {
        using var api = new AnalysisRunnerApi(url, _ => ValueTask.FromResult<string?>(token));
        await api.RequireCompatibleServerAsync(cancellation).ConfigureAwait(false);
        return await api.IdentifyAsync(cancellation).ConfigureAwait(false);
    }

    private static string TypeToken(CommandContext context)
    {
        context.Error.Write("Token (not shown): ");
        context.Error.Flush();
        var typed = new System.Text.StringBuilder();
        while (Console.ReadKey(intercept: true) is { Key: not ConsoleKey.Enter } key)
        {
            if (key.Key != ConsoleKey.Backspace) typed.Append(key.KeyChar);
            else if (typed.Length > 0) typed.Length--;
        }
        context.Error.WriteLine();
        return typed.ToString();
    }

    private static string RequireToken(string text) => text.Trim() is { Length: > 0 } token
        ? token
        : throw new AnalysisRunnerException(CommandLineCodes.ValueMalformed, "No token came on the standard input. Pipe it in, or type it at the prompt.");
}
