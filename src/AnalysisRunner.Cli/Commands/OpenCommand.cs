using System.CommandLine;
using System.ComponentModel;
using System.Diagnostics;
using AnalysisRunner.Cli.Output;
using AnalysisRunner.Client;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Cli.Commands;

/// <summary>Opens a page in the browser; the local runner's with a code that signs its owner in.</summary>
internal static class OpenCommand
{
    public static Command Create(CommandContext context, Screen screen)
    {
        var servers = new Servers(context);
        var guid = new Argument<string?>("ar-guid") { Description = "The invocation. Default: the list of all.", Arity = ArgumentArity.ZeroOrOne };
        var print = Flag.Create("--print", "Print the address, and open nothing.");
        var command = new ExampleCommand("open", "Open the page of an invocation in the browser.", "analysis-runner open", "analysis-runner open a1b2c3d4-0000-4000-8000-000000000001 --print");
        command.Add(guid);
        command.Add(print);
        servers.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var server = servers.Choose(parsed);
            var url = await servers.AskAsync(parsed, api => FindAsync(api, server, parsed.GetValue(guid), cancellation), cancellation).ConfigureAwait(false);
            if (parsed.GetValue(print)) screen.WriteLine(url);
            else Open(url, context.Environment("BROWSER"));
        });
        return command;
    }

    private static async Task<string> FindAsync(IAnalysisRunnerApi api, string? server, string? arGuid, CancellationToken cancellation)
    {
        var page = arGuid is null ? null : (await api.GetInvocationAsync(arGuid, cancellation).ConfigureAwait(false)).Url;
        if (server is not null) return page ?? server.TrimEnd('/') + "/invocations";
        var link = await api.CreateSignInLinkAsync(cancellation).ConfigureAwait(false);
        return page is null ? link.Url : page + link.Url[link.Url.IndexOf('?', StringComparison.Ordinal)..];
    }

    /// <summary>Shows an address in a browser.</summary>
    /// <exception cref="AnalysisRunnerException">AR1073: there is none.</exception>
    public static void Open(string url, string? browser)
    {
        var start = browser is { Length: > 0 } ? new ProcessStartInfo(browser, [url])
            : OperatingSystem.IsWindows() ? new ProcessStartInfo(url) { UseShellExecute = true }
            : new ProcessStartInfo(OperatingSystem.IsMacOS() ? "open" : "xdg-open", [url]);
        try
        {
            Process.Start(start)?.Dispose();
        }
        catch (Win32Exception exception)
        {
            throw new AnalysisRunnerException(CommandLineCodes.BrowserMissing, $"No browser could be started: {exception.Message}. Set BROWSER to one, or add '--print' and open the address yourself.", exception);
        }
    }
}
