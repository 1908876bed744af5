using System.Net.Http.Headers;
using System.Text.RegularExpressions;

namespace AnalysisRunner.Server.Images;

/// <summary>Where a registry sends those who have no token: the <c>Bearer</c> challenge of its 401 (Docker Registry v2 authentication).</summary>
/// <param name="Realm">Who gives out tokens.</param>
/// <param name="Service">What the token is for; null where the registry does not name itself.</param>
internal sealed partial record RegistryChallenge(Uri Realm, string? Service)
{
    /// <summary>Reads a challenge; null when it is none, or sends a secret over a network in clear.</summary>
    public static RegistryChallenge? Read(AuthenticationHeaderValue challenge)
    {
        if (!challenge.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase)) return null;
        var parameters = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (Match match in Parameters().Matches(challenge.Parameter ?? ""))
        {
            parameters.TryAdd(match.Groups["name"].Value, Escapes().Replace(match.Groups["quoted"].Success ? match.Groups["quoted"].Value : match.Groups["plain"].Value, "$1"));
        }
        return Uri.TryCreate(parameters.GetValueOrDefault("realm"), UriKind.Absolute, out var realm) && (realm.Scheme == "https" || realm is { Scheme: "http", IsLoopback: true })
            ? new RegistryChallenge(realm, parameters.GetValueOrDefault("service"))
            : null;
    }

    /// <summary>The address of a token that reads one repository and does nothing else, whatever more the registry suggests.</summary>
    public Uri TokenFor(string repository)
    {
        var query = $"scope={Uri.EscapeDataString($"repository:{repository}:pull")}" + (Service is null ? "" : $"&service={Uri.EscapeDataString(Service)}");
        return new UriBuilder(Realm) { Query = Realm.Query.Length > 1 ? Realm.Query[1..] + "&" + query : query }.Uri;
    }

    [GeneratedRegex("""(?<name>[a-z]+)=(?:"(?<quoted>(?:[^"\\]|\\.)*)"|(?<plain>[^\s,"]+))""", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Parameters();

    [GeneratedRegex(@"\\(.)", RegexOptions.CultureInvariant)]
    private static partial Regex Escapes();
}
