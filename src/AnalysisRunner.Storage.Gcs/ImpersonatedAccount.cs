using System.Net;
using Google.Apis.Auth.OAuth2;
using Google.Apis.Auth.OAuth2.Responses;
using Google.Apis.Http;

namespace AnalysisRunner.Storage.Gcs;

/// <summary>
/// A service account that other credentials act as: Google's IAM Credentials API gives its tokens (<c>generateAccessToken</c>) to whoever has <see cref="Role"/> on it.
/// </summary>
internal sealed class ImpersonatedAccount
{
    /// <summary>What the tokens are good for: Cloud Storage, as far as the account may, and nothing else that it may.</summary>
    internal const string Scope = "https://www.googleapis.com/auth/devstorage.full_control";

    /// <summary>The role that is needed on the account.</summary>
    internal const string Role = "roles/iam.serviceAccountTokenCreator";

    private readonly ImpersonatedCredential _credential;

    /// <param name="source">Who acts.</param>
    /// <param name="account">The e-mail address of the account.</param>
    /// <param name="clients">What asks Google; null is Google's own.</param>
    /// <exception cref="InvalidOperationException">The credentials are of a kind that cannot act as an account.</exception>
    internal ImpersonatedAccount(GoogleCredential source, string account, IHttpClientFactory? clients = null)
    {
        Credential = source.Impersonate(new ImpersonatedCredential.Initializer(account) { Scopes = [Scope], HttpClientFactory = clients });
        _credential = (ImpersonatedCredential)Credential.UnderlyingCredential;
        _credential.HttpClient.MessageHandler.AddUnsuccessfulResponseHandler(new ImpersonationErrors());
    }

    /// <summary>The credentials, which get and renew their tokens by themselves.</summary>
    internal GoogleCredential Credential { get; }

    /// <summary>The account, as application default credentials act as it.</summary>
    /// <exception cref="InvalidOperationException">There are none, or they are of a kind that cannot.</exception>
    internal static async Task<ImpersonatedAccount> OpenAsync(string account, CancellationToken cancellationToken) =>
        new(await GoogleCredential.GetApplicationDefaultAsync(cancellationToken).ConfigureAwait(false), account);

    /// <summary>Asks for a new token; not for two at a time.</summary>
    /// <exception cref="Exception">One that <see cref="IsOutage"/> or <see cref="IsRefusal"/> tells from others.</exception>
    internal async Task<AccountToken> RequestAsync(CancellationToken cancellationToken)
    {
        await _credential.RequestAccessTokenAsync(cancellationToken).ConfigureAwait(false);
        var given = _credential.Token;
        var issued = new DateTimeOffset(DateTime.SpecifyKind(given.IssuedUtc, DateTimeKind.Utc));
        return new AccountToken(given.AccessToken, issued.AddSeconds(given.ExpiresInSeconds ?? 0));
    }

    /// <summary>Whether Google does not answer, or has a fault of its own: another try may bring a token.</summary>
    internal static bool IsOutage(Exception error) => error switch
    {
        TokenResponseException { StatusCode: { } status } => status is HttpStatusCode.TooManyRequests || (int)status >= 500,
        _ => error is HttpRequestException or OperationCanceledException,
    };

    /// <summary>Whether there are no credentials that could act as the account, or Google does not let them.</summary>
    internal static bool IsRefusal(Exception error) => !IsOutage(error) && error is TokenResponseException or SubjectTokenException or InvalidOperationException or IOException;
}
