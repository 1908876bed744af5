using System.Text.Json;
using AnalysisRunner.Contracts;

namespace AnalysisRunner.Server.Hosting;

/// <summary>The server program: what it does with its arguments. Other programs that bring the server along start it through this.</summary>
public static class ServerProgram
{
    /// <summary>What the program takes, for people.</summary>
    public const string Usage =
        """
        --config <server.toml> [--urls <address>[;<address>…]]         a server of many users
        --local --state <folder>                                      a local runner
        check   --config <server.toml>                                checks the settings
        backup  --config <server.toml> --to <file>                    writes the invocation log to a new file; the server may run
        restore --config <server.toml> --from <file>                  fills an empty invocation log; the server must not run
        import  --config <server.toml> --from <file>                  adds the log of the server that is replaced; the server must not run
        forget  --config <server.toml> --older-than <days>            forgets denials and keys of ended invocations; the server may run
        """;

    /// <summary>Runs the program to its end.</summary>
    /// <param name="arguments">As <see cref="Usage"/> lists them.</param>
    /// <param name="output">What it has to say.</param>
    /// <param name="error">What is wrong, a line each.</param>
    /// <param name="cancellation">Ends a verb; a server ends by a signal.</param>
    /// <returns>0, or 2 when something was refused.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, TextWriter output, TextWriter error, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(error);
        try
        {
            arguments = Failpoint.Arm([.. arguments], Environment.GetEnvironmentVariable);
            switch (arguments)
            {
                case [] or ["--help" or "-h" or "help"]:
                    await output.WriteLineAsync(Usage);
                    return arguments.Count == 0 ? 2 : 0;
                case [var verb, ..] when !verb.StartsWith('-'):
                    await output.WriteLineAsync(await ServerVerbs.RunAsync(verb, [.. arguments.Skip(1)], Environment.GetEnvironmentVariable, cancellation));
                    return 0;
                case var local when local.Contains("--local"):
                    await RunLocallyAsync(arguments);
                    return 0;
                default:
                    await ServeAsync(arguments);
                    return 0;
            }
        }
        catch (AnalysisRunnerException refusal)
        {
            foreach (var problem in refusal.Problems) await error.WriteLineAsync(problem.ToString());
            return 2;
        }
    }

    private static async Task RunLocallyAsync(IReadOnlyList<string> arguments)
    {
        Detachment.RestrictNewFiles();
        var options = LocalRunnerOptions.Parse(arguments, Environment.GetEnvironmentVariable);
        await using var server = await LocalRunnerServer.StartAsync(options);
        // Whoever started it learns where it is; the token only from the file, which its owner alone can read.
        Detachment.WriteLine(JsonSerializer.Serialize(new { url = server.File.Url, pid = server.File.Pid, version = server.File.Version }));
        Detachment.Leave(LocalRunnerServer.LogFile(options.StateFolder));
        await server.WaitForShutdownAsync();
    }

    private static async Task ServeAsync(IReadOnlyList<string> arguments)
    {
        Detachment.RestrictNewFiles();
        await using var server = await SharedServer.StartAsync(SharedServerOptions.Parse(arguments, Environment.GetEnvironmentVariable));
        await server.WaitForShutdownAsync();
    }
}
