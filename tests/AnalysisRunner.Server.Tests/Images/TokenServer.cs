using System.Buffers.Text;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace AnalysisRunner.Server.Tests.Images;

/// <summary>Gives out tokens that the real registry verifies: to everybody for <c>public/</c>, and to its one user for everything.</summary>
internal sealed class TokenServer : IAsyncDisposable
{
    public const string User = "reader:secret";

    private const string Service = "test registry";
    private const string Issuer = "test tokens";

    private readonly string _folder = Directory.CreateTempSubdirectory("tokens-").FullName;
    private readonly RSA _key = RSA.Create(2048);
    private readonly X509Certificate2 _certificate;
    private readonly WebApplication _app;

    private TokenServer(WebApplication app)
    {
        _app = app;
        var request = new CertificateRequest("CN=tokens", _key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        _certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddDays(1));
        File.WriteAllText(Bundle, _certificate.ExportCertificatePem());
    }

    /// <summary>The section of the registry's configuration that trusts it.</summary>
    public string Authentication => $"auth:\n  token:\n    realm: {_app.Urls.First()}/token\n    service: {Service}\n    issuer: {Issuer}\n    rootcertbundle: {Bundle}\n";

    /// <summary>The scopes that were asked for.</summary>
    public List<string> Scopes { get; } = [];

    private string Bundle => Path.Combine(_folder, "root.pem");

    public static async Task<TokenServer> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var server = new TokenServer(app);
        app.Run(server.AnswerAsync);
        await app.StartAsync();
        return server;
    }

    /// <summary>A token that may do more than read.</summary>
    public AuthenticationHeaderValue Pusher(string repository) => new("Bearer", Sign(repository, "pull", "push"));

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _certificate.Dispose();
        _key.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private Task AnswerAsync(HttpContext context)
    {
        var scope = context.Request.Query["scope"].ToString();
        lock (Scopes) Scopes.Add(scope);
        var repository = scope.Split(':')[1];
        var isUser = context.Request.Headers.Authorization.ToString() == "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(User));
        if (context.Request.Headers.Authorization.Count > 0 && !isUser)
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return Task.CompletedTask;
        }
        context.Response.ContentType = "application/json";
        var token = Sign(repository, isUser || repository.StartsWith("public/", StringComparison.Ordinal) ? ["pull"] : []);
        return context.Response.WriteAsync(new JsonObject { ["token"] = token }.ToJsonString());
    }

    private string Sign(string repository, params string[] actions)
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var header = new JsonObject { ["typ"] = "JWT", ["alg"] = "RS256", ["x5c"] = new JsonArray(Convert.ToBase64String(_certificate.RawData)) };
        var claims = new JsonObject
        {
            ["iss"] = Issuer,
            ["sub"] = "test",
            ["aud"] = Service,
            ["iat"] = now,
            ["nbf"] = now - 60,
            ["exp"] = now + 300,
            ["jti"] = Guid.NewGuid().ToString(),
            ["access"] = actions.Length == 0
                ? []
                : new JsonArray(new JsonObject { ["type"] = "repository", ["name"] = repository, ["actions"] = new JsonArray([.. actions.Select(action => (JsonNode)action)]) }),
        };
        var text = $"{Encode(header)}.{Encode(claims)}";
        return $"{text}.{Base64Url.EncodeToString(_key.SignData(Encoding.ASCII.GetBytes(text), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))}";
    }

    private static string Encode(JsonObject json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json.ToJsonString()));
}
