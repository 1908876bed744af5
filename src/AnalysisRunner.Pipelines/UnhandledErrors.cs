using System.ComponentModel;
using AnalysisRunner.Config;
using AnalysisRunner.Contracts;

namespace AnalysisRunner.Pipelines;

/// <summary>How a program ends when nobody catches an error that its user can act on.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class UnhandledErrors
{
    private const int Failed = 1;
    private static int Reports;

    /// <summary>
    /// From now on such an error ends the program with its messages on standard error and exit code 1, in place of a stack trace and an abort. Called by
    /// generated code before the program's first line.
    /// </summary>
    public static void Report()
    {
        if (Interlocked.Exchange(ref Reports, 1) == 1) return;
        AppDomain.CurrentDomain.UnhandledException += static (_, unhandled) =>
        {
            if (Message(unhandled.ExceptionObject as Exception) is not { } message) return;
            Console.Error.WriteLine(message);
            Environment.Exit(Failed);
        };
    }

    /// <summary>What the user is told; null for an error of the program itself, which keeps its stack trace.</summary>
    internal static string? Message(Exception? error) => error switch
    {
        AnalysisRunnerException or ConfigException => error.Message,
        AggregateException { InnerExceptions: [var only] } => Message(only),
        TypeInitializationException { InnerException: { } inner } => Message(inner),
        _ => null,
    };
}
