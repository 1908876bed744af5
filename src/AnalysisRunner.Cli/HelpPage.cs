using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace AnalysisRunner.Cli;

/// <summary>The usual help, and examples below it.</summary>
internal sealed class HelpPage(HelpAction usual) : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        usual.Invoke(parseResult);
        if (parseResult.CommandResult.Command is not ExampleCommand { Examples: { Count: > 0 } examples }) return ExitCodes.Success;
        var output = parseResult.InvocationConfiguration.Output;
        output.WriteLine("Examples:");
        foreach (var example in examples) output.WriteLine("  " + example);
        output.WriteLine();
        return ExitCodes.Success;
    }
}

/// <summary>A command with examples in its help.</summary>
internal sealed class ExampleCommand(string name, string description, params IReadOnlyList<string> examples) : Command(name, description)
{
    /// <summary>Command lines that can be typed.</summary>
    public IReadOnlyList<string> Examples { get; } = examples;
}
