namespace AnalysisRunner.Cli.Tests;

/// <summary>What a command printed, and how it ended.</summary>
internal sealed record Outcome(int ExitCode, string Output, string Error);

/// <summary>Runs command lines in this process: with a terminal or without, in a folder of the test's.</summary>
internal sealed class InProcess(string folder)
{
    public Dictionary<string, string?> Environment { get; } = [];

    public bool IsTerminal { get; init; }

    public int Width { get; init; } = 80;

    public string Input { get; init; } = "";

    public async Task<Outcome> RunAsync(params string[] words)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var exitCode = await CommandLine.RunAsync(words, Context(output, error));
        return new Outcome(exitCode, output.ToString().ReplaceLineEndings("\n"), error.ToString().ReplaceLineEndings("\n"));
    }

    public CommandContext Context(TextWriter output, TextWriter error) => new()
    {
        Out = output,
        Error = error,
        In = new(() => new StringReader(Input)),
        OutIsTerminal = IsTerminal,
        ErrorIsTerminal = false,
        InIsTerminal = IsTerminal,
        Width = IsTerminal ? Width : 0,
        Environment = name => Environment.GetValueOrDefault(name),
        Folder = folder,
        ServerFolder = Path.Combine(folder, "no-server"),
    };
}
