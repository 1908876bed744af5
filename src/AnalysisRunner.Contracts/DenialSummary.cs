namespace AnalysisRunner.Contracts;

/// <summary>A refused submission.</summary>
public sealed record DenialSummary
{
    /// <summary>Increases with each refusal.</summary>
    public required long Id { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Who asked; null when that was not known.</summary>
    public string? DeniedTo { get; init; }

    /// <summary>The dataset, as it was written.</summary>
    public string? Dataset { get; init; }

    /// <summary>Everything that was wrong.</summary>
    public required IReadOnlyList<Problem> Problems { get; init; }

    /// <summary>The request, as JSON text without values of environment variables; null when it could not be read.</summary>
    public string? Request { get; init; }
}
