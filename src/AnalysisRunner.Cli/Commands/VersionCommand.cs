using System.CommandLine;
using AnalysisRunner.Cli.Output;
using AnalysisRunner.Submission;

namespace AnalysisRunner.Cli.Commands;

/// <summary>Prints the version; never needs a network.</summary>
internal static class VersionCommand
{
    public static Command Create(Screen screen)
    {
        var command = new ExampleCommand("version", "Print the version. Asks nobody.", "analysis-runner version");
        command.SetAction(_ => screen.WriteLine($"{CommandLine.Program} v{ProductVersion.Current}"));
        return command;
    }
}
