using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace AnalysisRunner.Server.Tests.Security.Oidc;

/// <summary>An issuer with a real HTTP server, that signs whatever a test wants, the wrong way too.</summary>
internal sealed class TestIssuer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private TestIssuer(WebApplication app) => _app = app;

    public const string Audience = "https://runner.example.org";

    public string Url => _app.Urls.First();

    public RSA Rsa { get; private set; } = RSA.Create(2048);

    public ECDsa Curve { get; } = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    /// <summary>The key set that it serves now.</summary>
    public JsonArray Keys { get; set; } = [];

    /// <summary>Whether it answers with errors.</summary>
    public bool IsDown { get; set; }

    /// <summary>How often its keys were asked for.</summary>
    public int Requests { get; private set; }

    public static async Task<TestIssuer> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var issuer = new TestIssuer(app);
        issuer.Keys = [issuer.RsaKey("rsa"), issuer.EcKey("ec")];
        app.Run(issuer.AnswerAsync);
        await app.StartAsync();
        return issuer;
    }

    public JsonObject RsaKey(string id)
    {
        var key = Rsa.ExportParameters(false);
        return new JsonObject { ["kty"] = "RSA", ["kid"] = id, ["use"] = "sig", ["alg"] = "RS256", ["n"] = Encode(key.Modulus!), ["e"] = Encode(key.Exponent!) };
    }

    public JsonObject EcKey(string id)
    {
        var key = Curve.ExportParameters(false);
        return new JsonObject { ["kty"] = "EC", ["kid"] = id, ["crv"] = "P-256", ["x"] = Encode(key.Q.X!), ["y"] = Encode(key.Q.Y!) };
    }

    /// <summary>Another key in place of the one before.</summary>
    public void Rotate(string id)
    {
        Rsa = RSA.Create(2048);
        Keys = [RsaKey(id)];
    }

    /// <summary>The claims of a good token.</summary>
    public JsonObject Claims(string email = "alice@example.org", DateTimeOffset? now = null)
    {
        var at = (now ?? DateTimeOffset.UtcNow).ToUnixTimeSeconds();
        return new JsonObject { ["iss"] = Url, ["aud"] = Audience, ["sub"] = "1", ["email"] = email, ["email_verified"] = true, ["iat"] = at, ["exp"] = at + 3600 };
    }

    public string Token(string email = "alice@example.org") => Sign(Claims(email));

    public string Sign(JsonObject claims, string algorithm = "RS256", string? id = "rsa", Action<JsonObject>? change = null)
    {
        var header = new JsonObject { ["alg"] = algorithm, ["typ"] = "JWT" };
        if (id is not null) header["kid"] = id;
        change?.Invoke(header);
        var signed = $"{Encode(header)}.{Encode(claims)}";
        var bytes = Encoding.ASCII.GetBytes(signed);
        var signature = algorithm switch
        {
            "RS256" => Rsa.SignData(bytes, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
            "RS512" => Rsa.SignData(bytes, HashAlgorithmName.SHA512, RSASignaturePadding.Pkcs1),
            "PS256" => Rsa.SignData(bytes, HashAlgorithmName.SHA256, RSASignaturePadding.Pss),
            "ES256" => Curve.SignData(bytes, HashAlgorithmName.SHA256),
            // The old confusion: the public key's text as the secret of a symmetric algorithm.
            "HS256" => HMACSHA256.HashData(Encoding.ASCII.GetBytes(Rsa.ExportSubjectPublicKeyInfoPem()), bytes),
            _ => [1],
        };
        return $"{signed}.{Base64Url.EncodeToString(signature)}";
    }

    public static string Encode(JsonObject json) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(json));

    public static string Encode(byte[] bytes) => Base64Url.EncodeToString(bytes);

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        Rsa.Dispose();
        Curve.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        if (IsDown)
        {
            context.Response.StatusCode = 503;
            return;
        }
        JsonObject? answer = context.Request.Path.Value switch
        {
            "/.well-known/openid-configuration" => new JsonObject { ["issuer"] = Url, ["jwks_uri"] = Url + "/keys" },
            "/keys" => new JsonObject { ["keys"] = Keys.DeepClone() },
            _ => null,
        };
        if (answer is null)
        {
            context.Response.StatusCode = 404;
            return;
        }
        if (context.Request.Path == "/keys") Requests++;
        await context.Response.WriteAsync(answer.ToJsonString());
    }
}
