using System.Diagnostics;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Submission.Local;

namespace AnalysisRunner.Cli;

/// <summary>The server program that lies beside this one. It is run as a process of its own, with this one's streams.</summary>
internal sealed class ServerProgram(CommandContext context)
{
    private const string Assembly = "AnalysisRunner.Server.dll";

    /// <summary>Runs it to its end; the answer is its exit code. Whoever cancels waits for it to end in good order.</summary>
    /// <exception cref="AnalysisRunnerException">AR1069: it is not there.</exception>
    public async Task<int> RunAsync(IEnumerable<string> arguments, CancellationToken cancellation)
    {
        var program = Path.Combine(context.ServerFolder, Assembly);
        if (!File.Exists(program))
            throw new AnalysisRunnerException(CommandLineCodes.ServerMissing, $"The server is not in '{context.ServerFolder}'. Install the tool again: dotnet tool update -g AnalysisRunner.Cli.");
        using var process = Process.Start(new ProcessStartInfo(DotNetHost.Find(named: null), ["exec", program, .. arguments]))!;
        try
        {
            await process.WaitForExitAsync(cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // A terminal tells the server as well; whoever ends us by a signal of our own does not.
            Termination.Ask(process);
            await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
        }
        return process.ExitCode;
    }

    /// <summary>A path as it was written here, for a program that may see it otherwise.</summary>
    public string FullPath(string path) => Path.GetFullPath(path, context.Folder);
}
