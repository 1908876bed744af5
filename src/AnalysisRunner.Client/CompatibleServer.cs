using System.Globalization;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Client;

/// <summary>Whether client and server understand each other.</summary>
public static class CompatibleServer
{
    /// <summary>Asks the server for its version and refuses one that is too old for this client.</summary>
    /// <exception cref="AnalysisRunnerException"><c>AR1013</c>: not reachable. <c>AR1014</c>: another product, or too old.</exception>
    public static async Task<ServerVersion> RequireCompatibleServerAsync(this IAnalysisRunnerApi api, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(api);
        var version = await api.GetVersionAsync(cancellation).ConfigureAwait(false);
        return version.Api >= ServerVersion.ApiLevel
            ? version
            : throw new AnalysisRunnerException(
                BuildCodes.ServerNotCompatible,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The server is version \"{ApiErrors.Excerpt(version.Version)}\" and speaks level {version.Api} of the API; this client needs level {ServerVersion.ApiLevel}. Update the server, or use an older AnalysisRunner.Sdk."));
    }
}
