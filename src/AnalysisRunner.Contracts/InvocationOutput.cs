using System.Text.Json.Serialization;

namespace AnalysisRunner.Contracts;

/// <summary>What an invocation did to an object under its output prefix. The wire form is the lower-case name.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<OutputChange>))]
public enum OutputChange
{
    /// <summary>It was not there before the driver started.</summary>
    [JsonStringEnumMemberName("created")]
    Created,

    /// <summary>It was there, with another content or time.</summary>
    [JsonStringEnumMemberName("replaced")]
    Replaced,

    /// <summary>It was there and is as it was: no output of this invocation.</summary>
    [JsonStringEnumMemberName("unchanged")]
    Unchanged,
}

/// <summary>An object under the output prefix of an invocation that has ended, whether or not the pipeline declared it.</summary>
public sealed record InvocationOutput
{
    /// <summary>The category of the dataset's storage that it lies in, such as <c>default</c> or <c>web</c>.</summary>
    public required string Category { get; init; }

    /// <summary>Its path below the output prefix.</summary>
    public required string Path { get; init; }

    /// <summary>What the invocation did to it.</summary>
    public required OutputChange Change { get; init; }

    /// <summary>In bytes.</summary>
    public required long Length { get; init; }

    /// <summary>SHA-256 of the content, lower-case hexadecimal; null for what is unchanged, and where <see cref="Problem"/> says why.</summary>
    public string? Sha256 { get; init; }

    /// <summary>When it was written, by the store's clock.</summary>
    public DateTimeOffset? ModifiedAt { get; init; }

    /// <summary>Names this content in its store; opaque.</summary>
    public string? Version { get; init; }

    /// <summary>Why it has no digest.</summary>
    public string? Problem { get; init; }
}

/// <summary>The outputs of an invocation in one line.</summary>
/// <param name="ListedAt">When they were listed: after the driver and every batch had ended.</param>
/// <param name="Count">How many objects it created or replaced.</param>
/// <param name="Bytes">Their size together.</param>
/// <param name="Problem">Why the list is incomplete, or is not written beside the outputs; null when nothing went wrong.</param>
public sealed record OutputsSummary(DateTimeOffset ListedAt, long Count, long Bytes, string? Problem = null);
