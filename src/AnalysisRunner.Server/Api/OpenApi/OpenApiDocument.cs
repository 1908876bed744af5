using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using AnalysisRunner.Contracts;

namespace AnalysisRunner.Server.Api.OpenApi;

/// <summary>The description of the API in OpenAPI 3.1.</summary>
internal static partial class OpenApiDocument
{
    private const string ProblemType = "application/problem+json";

    private static readonly Lazy<byte[]> Document = new(() => JsonSerializer.SerializeToUtf8Bytes(Compose()));

    /// <summary>Adds the route that answers with it.</summary>
    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/openapi/v1.json", context =>
    {
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = Document.Value.Length;
        return context.Response.Body.WriteAsync(Document.Value, context.RequestAborted).AsTask();
    });

    private static JsonObject Compose()
    {
        var schemas = new ApiSchemas();
        // Events have no operation that answers with them as they are, but a stream of them.
        schemas.Of(ContractsJson.Default.InvocationEvent, isBody: false);
        var paths = new JsonObject();
        foreach (var route in ApiOperations.All.GroupBy(operation => operation.Route, StringComparer.Ordinal))
        {
            paths[route.Key] = new JsonObject(route.Select(operation => KeyValuePair.Create(operation.Method.ToLowerInvariant(), (JsonNode?)Describe(operation, schemas))));
        }
        return new JsonObject
        {
            ["openapi"] = "3.1.1",
            ["info"] = new JsonObject { ["title"] = "Analysis runner", ["version"] = RunnerRoutes.Version },
            ["paths"] = paths,
            ["components"] = new JsonObject
            {
                ["schemas"] = schemas.Components,
                ["securitySchemes"] = new JsonObject
                {
                    ["bearer"] = new JsonObject { ["type"] = "http", ["scheme"] = "bearer", ["description"] = "An ID token of a configured issuer, or the token of a local runner." },
                },
            },
        };
    }

    private static JsonObject Describe(ApiOperation operation, ApiSchemas schemas)
    {
        var described = new JsonObject { ["operationId"] = NameOf(operation), ["summary"] = operation.Summary };
        var parameters = PathParameter().Matches(operation.Route).Select(match => Parameter(match.Groups[1].Value, "path", "string", true, null))
            .Concat(operation.Parameters.Select(parameter => Parameter(
                parameter.Name, parameter.IsHeader ? "header" : "query", parameter.Type, parameter.IsRequired, parameter.Description)));
        described["parameters"] = new JsonArray([.. parameters]);
        if (operation.Body is { } body)
        {
            described["requestBody"] = new JsonObject
            {
                ["required"] = operation.IsBodyRequired,
                ["content"] = new JsonObject { ["application/json"] = new JsonObject { ["schema"] = schemas.Of(body, isBody: true) } },
            };
        }
        else if (operation.Form.Count > 0)
        {
            described["requestBody"] = new JsonObject { ["required"] = true, ["content"] = new JsonObject { ["application/x-www-form-urlencoded"] = new JsonObject { ["schema"] = Fields(operation.Form) } } };
        }
        else if (operation.IsCompatible)
        {
            described["requestBody"] = new JsonObject { ["required"] = true, ["content"] = new JsonObject { ["application/json"] = new JsonObject { ["schema"] = new JsonObject { ["type"] = "object" } } } };
        }
        var responses = new JsonObject();
        foreach (var answer in operation.Answers) responses[Text(answer.Status)] = Describe(answer, schemas);
        foreach (var status in operation.Refusals) responses[Text(status)] = Refusal(operation, schemas, Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(status));
        responses["default"] = operation.IsAuthenticated
            ? Refusal(operation, schemas, "The server is asked too often, is stopping, lacks something, or has failed.")
            : Describe(new ApiAnswer(StatusCodes.Status503ServiceUnavailable, "The server accepts no work, or has failed.") { MediaTypes = ["text/plain"] }, schemas);
        described["responses"] = responses;
        if (operation.IsAuthenticated) described["security"] = new JsonArray(new JsonObject { ["bearer"] = new JsonArray() });
        return described;
    }

    private static JsonObject Describe(ApiAnswer answer, ApiSchemas schemas)
    {
        var described = new JsonObject { ["description"] = answer.Description };
        if (answer.Headers.Count > 0)
        {
            described["headers"] = new JsonObject(answer.Headers.Select(name => KeyValuePair.Create(name, (JsonNode?)new JsonObject { ["schema"] = new JsonObject { ["type"] = "string" } })));
        }
        if (answer.MediaTypes.Count > 0)
        {
            described["content"] = new JsonObject(answer.MediaTypes.Select(type => KeyValuePair.Create(type, (JsonNode?)new JsonObject
            {
                ["schema"] = answer.Type is { } known ? schemas.Of(known, isBody: false) : type == "application/json" ? new JsonObject() : new JsonObject { ["type"] = "string" },
            })));
        }
        return described;
    }

    private static JsonObject Refusal(ApiOperation operation, ApiSchemas schemas, string description) => new()
    {
        ["description"] = description,
        ["content"] = operation.IsCompatible
            ? new JsonObject { ["application/json"] = new JsonObject { ["schema"] = CompatibleError() } }
            : new JsonObject { [ProblemType] = new JsonObject { ["schema"] = schemas.Of(ContractsJson.Default.ApiProblem, isBody: false) } },
    };

    // analysis-runner spec §2.1
    private static JsonObject CompatibleError() => new()
    {
        ["type"] = "object",
        ["properties"] = new JsonObject
        {
            ["message"] = new JsonObject { ["type"] = "string" },
            ["success"] = new JsonObject { ["type"] = "boolean" },
            ["traceback"] = new JsonObject { ["type"] = "string" },
        },
        ["required"] = new JsonArray("message", "success", "traceback"),
    };

    private static JsonObject Fields(IReadOnlyList<ApiParameter> form) => new()
    {
        ["type"] = "object",
        ["properties"] = new JsonObject(form.Select(field => KeyValuePair.Create(field.Name, (JsonNode?)new JsonObject { ["type"] = field.Type, ["description"] = field.Description }))),
        ["required"] = new JsonArray([.. form.Where(field => field.IsRequired).Select(field => (JsonNode?)field.Name)]),
    };

    private static JsonObject Parameter(string name, string place, string type, bool isRequired, string? description)
    {
        var parameter = new JsonObject { ["name"] = name, ["in"] = place, ["required"] = isRequired, ["schema"] = new JsonObject { ["type"] = type } };
        if (description is not null) parameter["description"] = description;
        return parameter;
    }

    // POST /api/v1/invocations/{arGuid}/cancel is postInvocationsArGuidCancel.
    private static string NameOf(ApiOperation operation) =>
        operation.Method.ToLowerInvariant() + string.Concat(NamePart().Matches(operation.Route.Replace("/api/v1", "", StringComparison.Ordinal)).Select(part => char.ToUpperInvariant(part.Value[0]) + part.Value[1..]));

    private static string Text(int status) => status.ToString(System.Globalization.CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\{(\w+)\}")]
    private static partial Regex PathParameter();

    [GeneratedRegex(@"\w+")]
    private static partial Regex NamePart();
}
