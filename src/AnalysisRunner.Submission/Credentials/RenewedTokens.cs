using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Submission.Credentials;

/// <summary>The token of a sign-in that is kept: renewed when it is about to expire, and kept anew.</summary>
/// <param name="file">Where it is kept.</param>
/// <param name="server">The server that takes it.</param>
/// <param name="time">The clock.</param>
internal sealed class RenewedTokens(CredentialsFile file, Uri server, TimeProvider time)
{
    /// <summary>A token that holds for a while.</summary>
    /// <exception cref="AnalysisRunnerException">AR1081: the issuer does not renew it. AR1017, AR1070: the file cannot be read or written.</exception>
    public async Task<string> AskAsync(CancellationToken cancellation)
    {
        if (Usable() is { } token) return token;
        using var turn = await file.LockAsync(cancellation).ConfigureAwait(false);
        // Another program may have renewed it meanwhile.
        if (Usable() is { } renewed) return renewed;
        var renewal = file.Find(server)?.Renewal
            ?? throw new AnalysisRunnerException(BuildCodes.NoCredentials, $"The sign-in at '{RunnerCredentials.Canonical(server)}' was removed meanwhile. Run 'analysis-runner login' again.");
        using var issuer = new IssuerClient(renewal.Endpoint.GetLeftPart(UriPartial.Authority));
        var answer = await issuer.PostAsync(
            renewal.Endpoint.OriginalString,
            new Dictionary<string, string?>
            {
                ["grant_type"] = "refresh_token",
                ["refresh_token"] = renewal.RefreshToken,
                ["client_id"] = renewal.ClientId,
                ["client_secret"] = renewal.ClientSecret,
            },
            cancellation).ConfigureAwait(false);
        var kept = issuer.Keep(answer, renewal);
        file.Keep(server, kept);
        return kept.Token;
    }

    private string? Usable() => file.Find(server) is { } kept && (kept.Renewal is null || ExpiringToken.EndOf(kept.Token) > time.GetUtcNow()) ? kept.Token : null;
}
