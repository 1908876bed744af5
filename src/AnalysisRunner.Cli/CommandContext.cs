namespace AnalysisRunner.Cli;

/// <summary>What a command has around it: streams, environment and folders.</summary>
internal sealed record CommandContext
{
    /// <summary>Where results go.</summary>
    public required TextWriter Out { get; init; }

    /// <summary>Where it is told how things go and what went wrong.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>Where answers come from; opened when one is needed, because to open it changes the mode of a terminal.</summary>
    public required Lazy<TextReader> In { get; init; }

    /// <summary>Whether results are read by a person.</summary>
    public bool OutIsTerminal { get; init; }

    /// <summary>Whether progress is read by a person.</summary>
    public bool ErrorIsTerminal { get; init; }

    /// <summary>Whether there is a person to ask.</summary>
    public bool InIsTerminal { get; init; }

    /// <summary>The width of the terminal, in characters; 0 where there is none.</summary>
    public int Width { get; init; }

    /// <summary>Reads an environment variable.</summary>
    public required Func<string, string?> Environment { get; init; }

    /// <summary>The current folder.</summary>
    public required string Folder { get; init; }

    /// <summary>The folder of the server program.</summary>
    public required string ServerFolder { get; init; }

    /// <summary>That of this process.</summary>
    public static CommandContext OfProcess() => new()
    {
        Out = Console.Out,
        Error = Console.Error,
        In = new(() => Console.In),
        OutIsTerminal = !Console.IsOutputRedirected,
        ErrorIsTerminal = !Console.IsErrorRedirected,
        InIsTerminal = !Console.IsInputRedirected,
        Width = Console.IsOutputRedirected ? 0 : Console.WindowWidth,
        Environment = System.Environment.GetEnvironmentVariable,
        Folder = Directory.GetCurrentDirectory(),
        ServerFolder = Path.Combine(AppContext.BaseDirectory, "server"),
    };
}
