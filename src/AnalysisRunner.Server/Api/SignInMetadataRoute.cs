using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Hosting;
using AnalysisRunner.Server.Settings;

namespace AnalysisRunner.Server.Api;

/// <summary>Tells programs that are not signed in yet whose tokens are taken (RFC 9728), and by which clients a command line asks for them.</summary>
internal static class SignInMetadataRoute
{
    /// <summary>Adds the route.</summary>
    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/.well-known/oauth-protected-resource", DescribeAsync);

    private static Task DescribeAsync(HttpContext context)
    {
        var issuers = context.RequestServices.GetRequiredService<CurrentSettings>().Value.Issuers;
        return Requests.AnswerAsync(
            context,
            new ProtectedResource(
                context.RequestServices.GetRequiredService<ServerAddress>().Url,
                [.. issuers.Select(issuer => issuer.Issuer)],
                ["openid", "email"],
                ["header"],
                [.. issuers.Where(issuer => issuer.CommandLineClientId is not null).Select(issuer => new CommandLineClient(issuer.Issuer, issuer.CommandLineClientId!, issuer.CommandLineClientSecret))]),
            ContractsJson.Default.ProtectedResource);
    }
}
