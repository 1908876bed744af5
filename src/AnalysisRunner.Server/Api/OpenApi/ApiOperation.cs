using System.Text.Json.Serialization.Metadata;

namespace AnalysisRunner.Server.Api.OpenApi;

/// <summary>What a route takes and answers.</summary>
/// <param name="Method">The HTTP method.</param>
/// <param name="Route">The pattern, as it is mapped.</param>
/// <param name="Summary">What it does.</param>
internal sealed record ApiOperation(string Method, string Route, string Summary)
{
    /// <summary>Parameters of the query and headers; those of the path are in <see cref="Route"/>.</summary>
    public IReadOnlyList<ApiParameter> Parameters { get; init; } = [];

    /// <summary>The type of a JSON body; null where none is read.</summary>
    public JsonTypeInfo? Body { get; init; }

    /// <summary>The fields of a form that is sent in place of JSON; none where it takes none.</summary>
    public IReadOnlyList<ApiParameter> Form { get; init; } = [];

    /// <summary>Whether <see cref="Body"/> has to be sent.</summary>
    public bool IsBodyRequired { get; init; } = true;

    /// <summary>The answers when it does what is asked.</summary>
    public required IReadOnlyList<ApiAnswer> Answers { get; init; }

    /// <summary>The statuses by which it refuses; each comes with problem details, or in the shape of the original server.</summary>
    public IReadOnlyList<int> Refusals { get; init; } = [];

    /// <summary>Whether it is a route of the original server, with that server's shape of errors.</summary>
    public bool IsCompatible { get; init; }

    /// <summary>Whether it wants a token.</summary>
    public bool IsAuthenticated => IsCompatible || Route.StartsWith("/api/", StringComparison.Ordinal);
}

/// <summary>A parameter.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Description">What it means.</param>
/// <param name="Type">A type of JSON Schema.</param>
/// <param name="IsHeader">Whether it is a header, and not part of the query.</param>
/// <param name="IsRequired">Whether it has to be given.</param>
internal sealed record ApiParameter(string Name, string Description, string Type = "string", bool IsHeader = false, bool IsRequired = false);

/// <summary>An answer.</summary>
/// <param name="Status">Its status.</param>
/// <param name="Description">What it means.</param>
internal sealed record ApiAnswer(int Status, string Description)
{
    /// <summary>The media types that it may have; none without a body.</summary>
    public IReadOnlyList<string> MediaTypes { get; init; } = [];

    /// <summary>The type of its JSON; null where it is something else, or any JSON.</summary>
    public JsonTypeInfo? Type { get; init; }

    /// <summary>The headers that it may have.</summary>
    public IReadOnlyList<string> Headers { get; init; } = [];

    /// <summary>An answer in JSON.</summary>
    public static ApiAnswer Json(int status, string description, JsonTypeInfo type, params string[] headers) =>
        new(status, description) { MediaTypes = ["application/json"], Type = type, Headers = headers };
}
