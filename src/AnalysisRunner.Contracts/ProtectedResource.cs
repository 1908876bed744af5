using System.Text.Json.Serialization;

namespace AnalysisRunner.Contracts;

/// <summary>Whose tokens a server takes, as <c>GET /.well-known/oauth-protected-resource</c> tells everybody (RFC 9728).</summary>
/// <param name="Resource">The server's address.</param>
/// <param name="AuthorizationServers">The issuers.</param>
/// <param name="Scopes">What to ask for.</param>
/// <param name="BearerMethods">How a token is sent.</param>
/// <param name="Clients">The clients by which a command line signs users in; not part of the standard.</param>
public sealed record ProtectedResource(
    [property: JsonPropertyName("resource")] string Resource,
    [property: JsonPropertyName("authorization_servers")] IReadOnlyList<string> AuthorizationServers,
    [property: JsonPropertyName("scopes_supported")] IReadOnlyList<string> Scopes,
    [property: JsonPropertyName("bearer_methods_supported")] IReadOnlyList<string> BearerMethods,
    [property: JsonPropertyName("analysis_runner_clients")] IReadOnlyList<CommandLineClient> Clients);

/// <summary>A public client of an issuer, by which a command line signs users in.</summary>
/// <param name="Issuer">The issuer.</param>
/// <param name="ClientId">The client.</param>
/// <param name="ClientSecret">What the issuer wants beside it from clients of this kind, where it does: everybody may know it.</param>
public sealed record CommandLineClient(
    [property: JsonPropertyName("issuer")] string Issuer,
    [property: JsonPropertyName("client_id")] string ClientId,
    [property: JsonPropertyName("client_secret")] string? ClientSecret = null);
