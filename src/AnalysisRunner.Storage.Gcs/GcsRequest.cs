using System.Net;

namespace AnalysisRunner.Storage.Gcs;

/// <summary>One request, which can be made anew for another try.</summary>
internal sealed record GcsRequest
{
    internal required HttpMethod Method { get; init; }

    internal required Uri Address { get; init; }

    /// <summary>The object that it is about, for errors.</summary>
    internal required StoragePath Path { get; init; }

    /// <summary>What is done, as a verb, for errors.</summary>
    internal required string Operation { get; init; }

    /// <summary>Whether a second time does no harm: Google's "always idempotent", or "conditionally" with the condition set.</summary>
    internal required bool IsRepeatable { get; init; }

    /// <summary>Makes the body, for each try.</summary>
    internal Func<HttpContent>? Content { get; init; }

    /// <summary>Sets headers.</summary>
    internal Action<HttpRequestMessage>? Configure { get; init; }

    /// <summary>The condition that it carries.</summary>
    internal WriteCondition Condition { get; init; }

    /// <summary>The generation that it names.</summary>
    internal string? Version { get; init; }

    /// <summary>Whether an answer that is no success is one that the caller reads.</summary>
    internal Func<HttpStatusCode, bool> Accepts { get; init; } = static _ => false;
}
