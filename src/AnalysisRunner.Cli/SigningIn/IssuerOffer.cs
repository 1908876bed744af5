using System.Text.Json;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Submission;
using AnalysisRunner.Submission.Credentials;

namespace AnalysisRunner.Cli.SigningIn;

/// <summary>What an issuer offers to a command line: by its discovery document (OpenID Connect Discovery 1.0, RFC 8414, RFC 8628 §4).</summary>
internal sealed class IssuerOffer
{
    private const string OfflineScope = "offline_access";

    /// <summary>The client by which users are signed in.</summary>
    public required CommandLineClient Client { get; init; }

    /// <summary>Where codes become tokens.</summary>
    public required string TokenEndpoint { get; init; }

    /// <summary>Where a browser begins; null where the issuer has no code flow.</summary>
    public string? AuthorizationEndpoint { get; init; }

    /// <summary>Where a device begins; null where the issuer has no device flow.</summary>
    public string? DeviceEndpoint { get; init; }

    /// <summary>What is asked for.</summary>
    public required string Scope { get; init; }

    /// <summary>Whether a refresh token has to be asked for.</summary>
    public bool AsksForRenewal => Scope.EndsWith(OfflineScope, StringComparison.Ordinal);

    /// <summary>Finds what the issuer of a server offers.</summary>
    /// <param name="resource">What the server says of its issuers.</param>
    /// <param name="wanted">The issuer that the user wants; null where there is one only.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="AnalysisRunnerException">AR1080: the server or the issuer offers nothing. AR1072: several issuers are there to choose from. AR1081: the issuer does not answer.</exception>
    public static async Task<IssuerOffer> FindAsync(ProtectedResource resource, string? wanted, CancellationToken cancellation)
    {
        var client = Choose(resource, wanted);
        using var issuer = new IssuerClient(client.Issuer);
        var found = await issuer.GetAsync(client.Issuer.TrimEnd('/') + "/.well-known/openid-configuration", cancellation).ConfigureAwait(false);
        if (IssuerClient.Text(found, "issuer") != client.Issuer) throw issuer.Refused("its discovery document is that of another issuer");
        return new IssuerOffer
        {
            Client = client,
            TokenEndpoint = IssuerClient.Text(found, "token_endpoint") ?? throw issuer.Refused("its discovery document names no token endpoint"),
            AuthorizationEndpoint = IssuerClient.Text(found, "authorization_endpoint"),
            DeviceEndpoint = IssuerClient.Text(found, "device_authorization_endpoint"),
            Scope = Has(found, "scopes_supported", OfflineScope) ? $"openid email {OfflineScope}" : "openid email",
        };
    }

    /// <summary>How a token of this issuer is renewed, once it gave a refresh token.</summary>
    public KeptToken Keep(IssuerClient issuer, JsonElement answer) =>
        issuer.Keep(answer, IssuerClient.Text(answer, "refresh_token") is { } refresh ? new TokenRenewal(new Uri(TokenEndpoint), Client.ClientId, Client.ClientSecret, refresh) : null);

    private static CommandLineClient Choose(ProtectedResource resource, string? wanted)
    {
        var offered = wanted is null ? resource.Clients : [.. resource.Clients.Where(client => client.Issuer.TrimEnd('/') == wanted.TrimEnd('/'))];
        var names = string.Join(", ", resource.Clients.Select(client => $"'{TerminalText.OneLine(client.Issuer)}'"));
        return offered.Count switch
        {
            1 => offered[0],
            0 when resource.Clients.Count == 0 => throw new AnalysisRunnerException(
                CommandLineCodes.SignInNotOffered, $"The server '{TerminalText.OneLine(resource.Resource)}' has no issuer by which a command line signs users in. Pipe a token in, or ask its administrator for a 'cli_client_id'."),
            0 => throw new AnalysisRunnerException(CommandLineCodes.ValueMalformed, $"'--issuer {TerminalText.OneLine(wanted!)}' is no issuer of the server. Its issuers are {names}."),
            _ => throw new AnalysisRunnerException(CommandLineCodes.ValueMalformed, $"The server has several issuers. Name one with '--issuer': {names}."),
        };
    }

    private static bool Has(JsonElement document, string name, string value) =>
        document.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array && list.EnumerateArray().Any(item => item.ValueKind == JsonValueKind.String && item.ValueEquals(value));
}
