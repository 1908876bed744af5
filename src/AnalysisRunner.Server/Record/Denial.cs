using AnalysisRunner.Contracts;

namespace AnalysisRunner.Server.Record;

/// <summary>A refused request, to be recorded.</summary>
public sealed record NewDenial
{
    /// <summary>Who asked; null when the caller could not be identified.</summary>
    public string? DeniedTo { get; init; }

    /// <summary>The dataset as it was written in the request, well formed or not; null when none was.</summary>
    public string? Dataset { get; init; }

    /// <summary>Everything that was wrong, with the codes of the rules; never empty.</summary>
    public required IReadOnlyList<Problem> Problems { get; init; }

    /// <summary>The request as JSON without secret values; null when it could not be read.</summary>
    public string? RequestJson { get; init; }
}

/// <summary>A refused request, as recorded.</summary>
/// <param name="Id">Increases with each refusal.</param>
/// <param name="At">When it was recorded.</param>
/// <param name="What">What was refused and why.</param>
public sealed record Denial(long Id, DateTimeOffset At, NewDenial What);
