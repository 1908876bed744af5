namespace AnalysisRunner.Pipelines.Commands;

/// <summary>What surrounds a position in a script.</summary>
internal enum ShellPlace
{
    /// <summary>Outside quotes; also the inside of a subshell or command substitution.</summary>
    Plain,

    /// <summary>Within <c>'…'</c>.</summary>
    SingleQuotes,

    /// <summary>Within <c>"…"</c>.</summary>
    DoubleQuotes,

    /// <summary>Within <c>$((…))</c> or <c>((…))</c>, where text is evaluated again whatever its quotes.</summary>
    Arithmetic,

    /// <summary>A place where no quoting is safe; <see cref="ShellContext.Obstacle"/> says which.</summary>
    Unsafe,
}
