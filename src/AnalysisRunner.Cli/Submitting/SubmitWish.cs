namespace AnalysisRunner.Cli.Submitting;

/// <summary>What the command line asks for, as it was written.</summary>
internal sealed record SubmitWish
{
    /// <summary><c>--dataset</c>.</summary>
    public string? Dataset { get; init; }

    /// <summary><c>--output-dir</c>.</summary>
    public string? OutputDirectory { get; init; }

    /// <summary><c>--repository</c>.</summary>
    public string? Repository { get; init; }

    /// <summary><c>--commit</c>.</summary>
    public string? Commit { get; init; }

    /// <summary><c>--description</c>.</summary>
    public string? Description { get; init; }

    /// <summary><c>--access-level</c>.</summary>
    public required string AccessLevel { get; init; }

    /// <summary><c>--cwd</c>.</summary>
    public string? Cwd { get; init; }

    /// <summary>The server's address; null is the local runner.</summary>
    public string? Server { get; init; }

    /// <summary><c>--image</c>.</summary>
    public string? Image { get; init; }

    /// <summary><c>--cpu</c>.</summary>
    public string? Cpu { get; init; }

    /// <summary><c>--memory</c>.</summary>
    public string? Memory { get; init; }

    /// <summary><c>--storage</c>.</summary>
    public string? Storage { get; init; }

    /// <summary><c>true</c>, <c>false</c>, or null for the server's choice.</summary>
    public string? Preemptible { get; init; }

    /// <summary><c>--env</c>, each <c>NAME=value</c>.</summary>
    public IReadOnlyList<string> Environment { get; init; } = [];

    /// <summary><c>--config</c>, left to right.</summary>
    public IReadOnlyList<string> Config { get; init; } = [];

    /// <summary><c>--skip-repo-checkout</c>.</summary>
    public bool IsRepoless { get; init; }

    /// <summary><c>--remote</c>.</summary>
    public string? Remote { get; init; }

    /// <summary><c>--confirm</c>.</summary>
    public string? Confirm { get; init; }

    /// <summary>The script and its arguments.</summary>
    public IReadOnlyList<string> Script { get; init; } = [];
}
