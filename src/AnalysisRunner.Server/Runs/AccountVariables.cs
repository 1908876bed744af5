using System.Text.Json.Nodes;

namespace AnalysisRunner.Server.Runs;

/// <summary>
/// The variables and the file by which the clients of Google get tokens of a run's service account: the file of an external account (https://google.aip.dev/auth/4117) has
/// them exchange the run's own token at this server (RFC 8693), as they exchange those of other clouds at Google's.
/// </summary>
internal static class AccountVariables
{
    /// <summary>Where tokens are exchanged.</summary>
    public const string Route = "/oauth2/token";

    /// <summary>The type of both tokens, that of the run and that of the account (RFC 8693 §3).</summary>
    public const string TokenType = "urn:ietf:params:oauth:token-type:access_token";

    private const string AudiencePrefix = "//analysis-runner/invocations/";

    // Whose quota counts where a client does not say, which is no secret.
    private static readonly string[] Places = ["GOOGLE_CLOUD_PROJECT"];

    /// <summary>Adds them.</summary>
    public static void Add(Dictionary<string, string> variables, RunFolder folder)
    {
        foreach (var name in Places)
            if (Environment.GetEnvironmentVariable(name) is { Length: > 0 } value) variables[name] = value;
        variables["GOOGLE_APPLICATION_CREDENTIALS"] = folder.GoogleCredentials;
        // gcloud has a sign-in of its own, and reads this in its place.
        variables["CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE"] = folder.GoogleCredentials;
    }

    /// <summary>The file of an external account. It holds no secret: that is in the file that it names.</summary>
    /// <param name="arGuid">The run.</param>
    /// <param name="folder">Where its token is.</param>
    /// <param name="url">Where it reaches the server.</param>
    public static string WriteFile(string arGuid, RunFolder folder, string url) => new JsonObject
    {
        ["type"] = "external_account",
        ["audience"] = AudiencePrefix + arGuid,
        ["subject_token_type"] = TokenType,
        ["token_url"] = url + Route,
        ["credential_source"] = new JsonObject { ["file"] = folder.DriverToken, ["format"] = new JsonObject { ["type"] = "text" } },
    }.ToJsonString();

    /// <summary>The run that an audience names; null when it names none.</summary>
    public static string? RunOf(string audience) =>
        audience.StartsWith(AudiencePrefix, StringComparison.Ordinal) && Security.RandomText.IsArGuid(audience[AudiencePrefix.Length..]) ? audience[AudiencePrefix.Length..] : null;
}
