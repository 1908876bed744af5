using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Api.Compatible;
using AnalysisRunner.Server.Hosting;
using AnalysisRunner.Server.Submissions;
using Microsoft.Extensions.Primitives;

namespace AnalysisRunner.Server.Security;

/// <summary>
/// Refuses what a foreign web page could send to a server on this machine: a name that resolves here (DNS rebinding) shows in <c>Host</c>, a request
/// across sites in <c>Origin</c>.
/// </summary>
/// <param name="address">The server's own address.</param>
internal sealed class RequestGuard(ServerAddress address)
{
    /// <summary>Throws unless the request is addressed to this server and comes from nowhere else.</summary>
    /// <exception cref="AnalysisRunnerException"><c>AR6104</c> or <c>AR6105</c>.</exception>
    public void Check(HttpRequest request)
    {
        var host = request.Headers.Host.ToString();
        if (!address.Hosts.Contains(host, StringComparer.OrdinalIgnoreCase))
        {
            throw new AnalysisRunnerException(
                PolicyCodes.BadHost, $"The Host header {Quoted.Value(host)} is not this server's address; use '{address.Url}'.");
        }

        var origin = request.Headers.Origin;
        if (!StringValues.IsNullOrEmpty(origin))
        {
            if (!address.IsOwnOrigin(origin.ToString(), host)) throw Foreign(origin.ToString());
        }
        else if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method) && !IsApi(request) && request.Headers.Cookie.Count > 0)
        {
            // Browsers send Origin with every POST; the API's callers, who are no browsers, prove themselves by their token and have no cookie.
            throw Foreign("(none)");
        }

        if (request.Headers["Sec-Fetch-Site"].ToString() is "cross-site" or "same-site" && !HttpMethods.IsGet(request.Method)) throw Foreign("another site");
    }

    /// <summary>Whether the request goes to the API, where a token counts and no cookie does.</summary>
    public static bool IsApi(HttpRequest request) =>
        request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase) || CompatibleRoutes.Match(request);

    private static AnalysisRunnerException Foreign(string origin) => new(
        PolicyCodes.BadOrigin, $"The request comes from {Quoted.Value(origin)} and not from this server's own pages; open the page here and try again.");
}
