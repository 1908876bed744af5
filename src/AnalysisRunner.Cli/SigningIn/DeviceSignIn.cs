using System.Text.Json;
using AnalysisRunner.Cli.Output;
using AnalysisRunner.Submission;
using AnalysisRunner.Submission.Credentials;

namespace AnalysisRunner.Cli.SigningIn;

/// <summary>Signs a user in who has a browser somewhere else: they open an address and compare a code (RFC 8628).</summary>
internal sealed class DeviceSignIn(IssuerOffer offer, Screen screen)
{
    private static readonly TimeSpan UsualInterval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan UsualLifetime = TimeSpan.FromMinutes(10);

    /// <summary>Signs in; the answer is what is kept.</summary>
    /// <exception cref="Contracts.AnalysisRunnerException">AR1081: the user or the issuer refused, or it took too long.</exception>
    public async Task<KeptToken> RunAsync(CancellationToken cancellation)
    {
        using var issuer = new IssuerClient(offer.Client.Issuer);
        var begun = await issuer.PostAsync(
            offer.DeviceEndpoint!,
            new Dictionary<string, string?> { ["client_id"] = offer.Client.ClientId, ["client_secret"] = offer.Client.ClientSecret, ["scope"] = offer.Scope },
            cancellation).ConfigureAwait(false);
        var (code, shown, address) = (IssuerClient.Text(begun, "device_code"), IssuerClient.Text(begun, "user_code"), IssuerClient.Text(begun, "verification_uri"));
        if (code is null || shown is null || address is null) throw issuer.Refused(IssuerClient.Reason(begun));
        screen.Note($"Open {IssuerClient.Text(begun, "verification_uri_complete") ?? address} on any machine, and compare or enter the code {TerminalText.OneLine(shown)}.");

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Seconds(begun, "expires_in", UsualLifetime));
        try
        {
            return await WaitAsync(issuer, code, Seconds(begun, "interval", UsualInterval), limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException exception) when (!cancellation.IsCancellationRequested)
        {
            throw issuer.Refused("nobody entered the code in time", exception);
        }
    }

    private async Task<KeptToken> WaitAsync(IssuerClient issuer, string code, TimeSpan interval, CancellationToken cancellation)
    {
        var fields = new Dictionary<string, string?>
        {
            ["grant_type"] = "urn:ietf:params:oauth:grant-type:device_code",
            ["device_code"] = code,
            ["client_id"] = offer.Client.ClientId,
            ["client_secret"] = offer.Client.ClientSecret,
        };
        while (true)
        {
            // The issuer says how often it may be asked, and has no other way to tell.
            await Task.Delay(interval, cancellation).ConfigureAwait(false);
            var answer = await issuer.PostAsync(offer.TokenEndpoint, fields, cancellation).ConfigureAwait(false);
            switch (IssuerClient.Text(answer, "error"))
            {
                case "authorization_pending":
                    break;
                case "slow_down":
                    interval += UsualInterval;
                    break;
                default:
                    return offer.Keep(issuer, answer);
            }
        }
    }

    private static TimeSpan Seconds(JsonElement answer, string name, TimeSpan otherwise) =>
        answer.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var seconds) && seconds > 0 ? TimeSpan.FromSeconds(seconds) : otherwise;
}
