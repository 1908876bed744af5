namespace AnalysisRunner.Contracts;

/// <summary>RFC 9457 problem details with our code and every failure at once (<c>application/problem+json</c>).</summary>
public sealed record ApiProblem
{
    /// <summary>A link to the code's page.</summary>
    public required string Type { get; init; }

    /// <summary>A short summary of the kind of problem.</summary>
    public required string Title { get; init; }

    /// <summary>The HTTP status.</summary>
    public required int Status { get; init; }

    /// <summary>The code of the first problem.</summary>
    public required string Code { get; init; }

    /// <summary>The first problem's message.</summary>
    public required string Detail { get; init; }

    /// <summary>Finds this request in the server's log.</summary>
    public string? TraceId { get; init; }

    /// <summary>All problems.</summary>
    public required IReadOnlyList<Problem> Problems { get; init; }
}
