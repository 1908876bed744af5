using System.CommandLine;

namespace AnalysisRunner.Cli;

/// <summary>Options without a value.</summary>
internal static class Flag
{
    /// <summary>An option that is there or not.</summary>
    public static Option<bool> Create(string name, string description, params string[] aliases) =>
        new(name, aliases) { Description = description, Arity = ArgumentArity.Zero };

    /// <summary><c>--json</c>, which most commands have.</summary>
    public static Option<bool> Json() => Create("--json", "Write JSON.");

    /// <summary><c>--yes</c>.</summary>
    public static Option<bool> Yes() => Create("--yes", "Answer questions with yes. No rule of the gate is a question.", "-y");
}
