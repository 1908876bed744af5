using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Web;

namespace AnalysisRunner.Server.Tests.Api.OpenApi;

/// <summary>Compares each answer that passes through it with the description, and remembers which described answers were seen.</summary>
internal sealed class DescribedApi(JsonObject document) : DelegatingHandler(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false, UseProxy = false })
{
    private readonly JsonSchema _schema = new(document);
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);

    /// <summary>In what answers and description differ.</summary>
    public List<string> Faults { get; } = [];

    /// <summary>The operations of the description.</summary>
    public IReadOnlyList<(string Method, string Route, JsonNode Operation)> Operations { get; } =
        [.. document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject().Select(operation => (operation.Key.ToUpperInvariant(), path.Key, operation.Value!)))];

    /// <summary>The described answers that never came; what stands for all others is none of them.</summary>
    public IReadOnlyList<string> Unseen =>
        [.. Operations.SelectMany(one => one.Operation["responses"]!.AsObject().Where(answer => answer.Key != "default").Select(answer => $"{one.Method} {one.Route} {answer.Key}")).Where(answer => !_seen.Contains(answer))];

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken);
        await response.Content.LoadIntoBufferAsync(cancellationToken);
        var path = request.RequestUri!.AbsolutePath;
        // A literal route goes before one with parameters.
        var found = Operations.Where(one => one.Method == request.Method.Method && Pattern(one.Route).IsMatch(path)).OrderBy(one => one.Route.Contains('{')).FirstOrDefault();
        if (found.Route is null) Faults.Add($"{request.Method} {path} is not described");
        else
        {
            var parameters = found.Operation["parameters"]?.AsArray().Select(parameter => parameter!["name"]!.GetValue<string>()).ToList() ?? [];
            Faults.AddRange(HttpUtility.ParseQueryString(request.RequestUri.Query).AllKeys.Where(name => !parameters.Contains(name!)).Select(name => $"{found.Method} {found.Route}: the parameter '{name}' is not described"));
            Compare($"{found.Method} {found.Route} {((int)response.StatusCode).ToString(CultureInfo.InvariantCulture)}", found.Operation, response, await response.Content.ReadAsStringAsync(cancellationToken));
        }
        return response;
    }

    private void Compare(string name, JsonNode operation, HttpResponseMessage response, string body)
    {
        _seen.Add(name);
        if (operation["responses"]![name.Split(' ')[^1]] is not { } answer)
        {
            Faults.Add($"{name} is not described: {body}");
            return;
        }
        foreach (var header in response.Headers.Concat(response.Content.Headers).Select(header => header.Key).Where(header => header is "ETag" or "Link" or "Location" or "Content-Disposition"))
        {
            if (answer["headers"]?[header] is null) Faults.Add($"{name}: the header {header} is not described");
        }
        var type = response.Content.Headers.ContentType?.MediaType;
        if (type is null)
        {
            if (answer["content"] is not null) Faults.Add($"{name} has no body");
            return;
        }
        if (answer["content"]?[type]?["schema"] is not { } schema) Faults.Add($"{name}: the type {type} is not described");
        else if (type.EndsWith("json", StringComparison.Ordinal)) Faults.AddRange(_schema.Faults(JsonNode.Parse(body), schema).Select(fault => $"{name}: {fault}"));
    }

    private static Regex Pattern(string route) => new("^" + Regex.Replace(Regex.Escape(route), @"\\\{\w+}", "[^/]+") + "$");
}
