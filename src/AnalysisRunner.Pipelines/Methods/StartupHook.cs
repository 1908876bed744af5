using AnalysisRunner.Contracts;
using AnalysisRunner.Pipelines.Methods;

/// <summary>
/// What .NET calls before <c>Main</c> in a program that is started with <c>DOTNET_STARTUP_HOOKS</c> naming this assembly. Its name is .NET's. A module
/// initializer would do, too, but other threads wait for its end, so that a method with parallel or asynchronous work would never come to its own.
/// </summary>
internal static class StartupHook
{
    /// <summary>Runs the method of a method job and ends the program; does nothing in any other program.</summary>
    public static void Initialize()
    {
        if (Environment.GetEnvironmentVariable(MethodCall.Variable) is null) return;
        // Programs that the method starts are others.
        Environment.SetEnvironmentVariable(MethodCall.Variable, null);
        Environment.SetEnvironmentVariable("DOTNET_STARTUP_HOOKS", null);
        var folder = Environment.GetEnvironmentVariable(DriverEnvironment.BatchTemporaryDirectory)
            ?? throw new InvalidOperationException($"{DriverEnvironment.BatchTemporaryDirectory} is not set: this is no job.");
        Environment.Exit(MethodJob.Run(Console.In, folder, Console.Error));
    }
}
