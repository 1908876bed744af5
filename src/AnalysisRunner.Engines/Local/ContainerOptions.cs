namespace AnalysisRunner.Engines.Local;

/// <summary>How containers are run.</summary>
public sealed record ContainerOptions
{
    /// <summary>The program, <c>podman</c> or <c>docker</c>, or another with the same commands: a full path, or a name to look for in <c>PATH</c>.</summary>
    public string Program { get; init; } = "podman";

    /// <summary>Arguments before <c>run</c>, such as <c>--runtime</c>.</summary>
    public IReadOnlyList<string> GlobalArguments { get; init; } = [];

    /// <summary>Arguments after <c>run</c>, such as <c>--user</c> for a docker whose files would otherwise belong to root.</summary>
    public IReadOnlyList<string> RunArguments { get; init; } = [];
}
