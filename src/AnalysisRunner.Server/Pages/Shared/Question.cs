namespace AnalysisRunner.Server.Pages.Shared;

/// <summary>What is asked before something is done.</summary>
/// <param name="Text">The question.</param>
/// <param name="Button">The answer that does it.</param>
public sealed record Question(string Text, string Button)
{
    /// <summary>What the form says besides, without the reader.</summary>
    public IReadOnlyList<(string Name, string Value)> Fields { get; init; } = [];

    /// <summary>What the reader has to give and nobody is to see, each with its label.</summary>
    public IReadOnlyList<(string Name, string Label)> Secrets { get; init; } = [];
}
