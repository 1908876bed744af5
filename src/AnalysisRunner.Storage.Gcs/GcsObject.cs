using System.Globalization;
using System.Text.Json.Serialization;

namespace AnalysisRunner.Storage.Gcs;

/// <summary>An object resource of the JSON API, in as far as it is used. Numbers of 64 bits are texts there.</summary>
internal sealed record GcsObject
{
    public string? Name { get; init; }

    public string? Bucket { get; init; }

    public string? Generation { get; init; }

    public string? Metageneration { get; init; }

    public string? Size { get; init; }

    public string? Updated { get; init; }

    public string? TimeCreated { get; init; }

    public string? ContentType { get; init; }

    public string? ContentEncoding { get; init; }

    public string? Crc32c { get; init; }

    public string? Md5Hash { get; init; }

    public Dictionary<string, string>? Metadata { get; init; }

    [JsonIgnore]
    internal long Length => long.Parse(Size ?? "0", CultureInfo.InvariantCulture);
}

/// <summary>A page of a listing.</summary>
internal sealed record GcsPage
{
    public IReadOnlyList<GcsObject>? Items { get; init; }

    public IReadOnlyList<string>? Prefixes { get; init; }

    public string? NextPageToken { get; init; }
}

/// <summary>How far a rewrite has come.</summary>
internal sealed record GcsRewrite
{
    public bool Done { get; init; }

    public string? RewriteToken { get; init; }

    public string? TotalBytesRewritten { get; init; }

    public GcsObject? Resource { get; init; }
}

/// <summary>The request of a composition.</summary>
internal sealed record GcsComposition
{
    public required IReadOnlyList<GcsComponent> SourceObjects { get; init; }

    public required GcsObject Destination { get; init; }
}

/// <summary>One part of a composition, at one generation.</summary>
internal sealed record GcsComponent
{
    public required string Name { get; init; }

    public required string Generation { get; init; }
}

/// <summary>An error of the JSON API.</summary>
internal sealed record GcsFault
{
    public GcsFaultDetail? Error { get; init; }
}

/// <summary>What an error says.</summary>
internal sealed record GcsFaultDetail
{
    public string? Message { get; init; }

    public IReadOnlyList<GcsFaultReason>? Errors { get; init; }
}

/// <summary>Why, as a word.</summary>
internal sealed record GcsFaultReason
{
    public string? Reason { get; init; }
}

/// <summary>The forms of the JSON API.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, NumberHandling = JsonNumberHandling.AllowReadingFromString)]
[JsonSerializable(typeof(GcsObject))]
[JsonSerializable(typeof(GcsPage))]
[JsonSerializable(typeof(GcsRewrite))]
[JsonSerializable(typeof(GcsComposition))]
[JsonSerializable(typeof(GcsFault))]
internal sealed partial class GcsJson : JsonSerializerContext;
