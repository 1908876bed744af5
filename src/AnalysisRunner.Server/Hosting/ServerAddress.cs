using System.Globalization;
using System.Net;

namespace AnalysisRunner.Server.Hosting;

/// <summary>Where this server is reached; known before it listens, because links and checks need it.</summary>
/// <param name="url">Where users reach it, without a trailing slash.</param>
/// <param name="endpoints">Where it listens; never empty.</param>
/// <param name="driversAreElsewhere">Whether drivers run on other machines than this one.</param>
internal sealed class ServerAddress(string url, IReadOnlyList<IPEndPoint> endpoints, bool driversAreElsewhere = false)
{
    /// <summary>Where users reach it, without a trailing slash.</summary>
    public string Url { get; } = url;

    /// <summary>Whether users reach it by TLS.</summary>
    public bool IsSecure { get; } = url.StartsWith("https://", StringComparison.OrdinalIgnoreCase);

    /// <summary>Where drivers reach it: on this machine not by way of what stands before the server, on others as users do.</summary>
    public string DriverUrl { get; } = driversAreElsewhere ? url : $"http://{HostOf(endpoints[0])}";

    /// <summary>The port it listens on.</summary>
    public int Port { get; } = endpoints[0].Port;

    /// <summary>The only <c>Host</c> headers that are ours.</summary>
    public IReadOnlyList<string> Hosts { get; } =
    [
        .. endpoints.SelectMany(endpoint => new[] { HostOf(endpoint), string.Create(CultureInfo.InvariantCulture, $"localhost:{endpoint.Port}") })
            .Append(new Uri(url).Authority).Distinct(StringComparer.OrdinalIgnoreCase),
    ];

    /// <summary>The page of an invocation.</summary>
    public string PageOf(string arGuid) => $"{Url}/invocations/{arGuid}";

    /// <summary>The page of a batch.</summary>
    public string PageOfBatch(string key) => $"{Url}/batches/{Uri.EscapeDataString(key)}";

    /// <summary>The page of an invocation's driver, as the original client is told it (analysis-runner spec §2.3).</summary>
    public string PageOfDriver(string arGuid) => $"{PageOfBatch(arGuid)}/jobs/1";

    /// <summary>Whether a request to <paramref name="host"/> with this <c>Origin</c> comes from one of our own pages.</summary>
    public bool IsOwnOrigin(string origin, string host) =>
        string.Equals(origin, "http://" + host, StringComparison.Ordinal)
        || string.Equals(origin, new Uri(Url).GetLeftPart(UriPartial.Authority), StringComparison.Ordinal);

    private static string HostOf(IPEndPoint endpoint)
    {
        var isAny = endpoint.Address.Equals(IPAddress.Any) || endpoint.Address.Equals(IPAddress.IPv6Any);
        return new IPEndPoint(isAny ? IPAddress.Loopback : endpoint.Address, endpoint.Port).ToString();
    }
}
