using Microsoft.Build.Logging.StructuredLogger;

namespace AnalysisRunner.Tests.Shared;

/// <summary>What a build did.</summary>
internal sealed class BuildRecord(CommandResult result, Build log)
{
    public string Output => result.Output;

    public bool Succeeded => result.ExitCode == 0 && log.Succeeded;

    public IReadOnlyList<Error> Errors => log.FindChildrenRecursive<Error>();

    /// <summary>How often a task ran.</summary>
    public int RunsOf(string task) => log.FindChildrenRecursive<Microsoft.Build.Logging.StructuredLogger.Task>(found => found.Name == task).Count;

    public IReadOnlyList<Warning> Warnings => log.FindChildrenRecursive<Warning>();

    public IReadOnlyList<string> Messages => [.. log.FindChildrenRecursive<Message>().Select(message => message.Text)];

    /// <summary>How often the compiler ran.</summary>
    public int Compilations => log.FindChildrenRecursive<Microsoft.Build.Logging.StructuredLogger.Task>(task => task.Name == "Csc").Count;

    /// <summary>The programs that tasks started.</summary>
    public IReadOnlyList<string> Programs =>
        [.. log.FindChildrenRecursive<Microsoft.Build.Logging.StructuredLogger.Task>(task => task.Name == "Exec").Select(task => task.CommandLineArguments ?? task.Name)];

    /// <summary>The names of our targets that ran, in order.</summary>
    public IReadOnlyList<string> OurTargets =>
        [.. log.FindChildrenRecursive<Target>().Where(target => !target.Skipped && target.Name.StartsWith("_AnalysisRunner", StringComparison.Ordinal)).Select(target => target.Name)];

    public BuildRecord ShouldSucceed()
    {
        Succeeded.ShouldBeTrue(Output);
        return this;
    }
}
