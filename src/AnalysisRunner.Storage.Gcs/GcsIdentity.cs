using Google.Apis.Auth.OAuth2;

namespace AnalysisRunner.Storage.Gcs;

/// <summary>Who asks: tokens for requests, found when the first request needs one.</summary>
internal sealed class GcsIdentity(GcsStoreOptions options) : IDisposable
{
    private readonly SemaphoreSlim _once = new(1, 1);
    private GoogleCredential? _credential;

    /// <summary>The subject of a sentence.</summary>
    internal string Name { get; private set; } = "This identity";

    private string Remedy => options.Impersonate is null
        ? "Sign in again: gcloud auth application-default login; or check the key file that GOOGLE_APPLICATION_CREDENTIALS names."
        : $"Check the account's name, and that who asks has the role \"Service Account Token Creator\" ({ImpersonatedAccount.Role}) on it.";

    /// <summary>A token; null when requests carry none.</summary>
    /// <exception cref="StorageException"><c>AR7011</c> or <c>AR7019</c>.</exception>
    internal async Task<string?> TokenAsync(StoragePath path, Uri endpoint, CancellationToken cancellationToken)
    {
        if (options.Anonymous || (options.Endpoint is not null && options.Credentials is null && options.Impersonate is null))
        {
            Name = "An anonymous reader";
            return null;
        }
        var credential = await CredentialAsync(path, cancellationToken).ConfigureAwait(false);
        try
        {
            return await ((ITokenAccess)credential).GetAccessTokenForRequestAsync(endpoint.ToString(), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is Google.Apis.Auth.OAuth2.Responses.TokenResponseException or SubjectTokenException or InvalidOperationException)
        {
            throw new StorageException(StorageErrorKind.Denied, StorageCodes.BadCredentials, path.ToString(),
                $"Google gives no token for \"{path}\" to {char.ToLowerInvariant(Name[0])}{Name[1..]} (\"{error.Message.ReplaceLineEndings(" ")}\"). {Remedy}", error);
        }
        catch (HttpRequestException error)
        {
            throw StorageErrors.Unavailable(path, error.Message, error);
        }
    }

    public void Dispose() => _once.Dispose();

    private async Task<GoogleCredential> CredentialAsync(StoragePath path, CancellationToken cancellationToken)
    {
        await _once.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return _credential ??= await FindAsync(path, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _once.Release();
        }
    }

    private async Task<GoogleCredential> FindAsync(StoragePath path, CancellationToken cancellationToken)
    {
        GoogleCredential credential;
        try
        {
            credential = options.Credentials ?? await GoogleCredential.GetApplicationDefaultAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is InvalidOperationException or IOException or System.Text.Json.JsonException || error.GetType().FullName == "Newtonsoft.Json.JsonReaderException")
        {
            throw new StorageException(StorageErrorKind.Denied, StorageCodes.NoCredentials, path.ToString(),
                $"There are no usable Google credentials for \"{path}\" (\"{error.Message.ReplaceLineEndings(" ")}\"). Run: gcloud auth application-default login; or set GOOGLE_APPLICATION_CREDENTIALS; or ask for anonymous access if the bucket is public.", error);
        }
        credential = credential.CreateScoped(ImpersonatedAccount.Scope);
        Name = credential.UnderlyingCredential is ServiceAccountCredential account ? $"The service account \"{account.Id}\"" : "The application default identity";
        if (options.Impersonate is not { } target) return credential;
        var source = Name;
        Name = $"The impersonated service account \"{target}\"";
        try
        {
            return new ImpersonatedAccount(credential, target, options.TokenClients).Credential;
        }
        catch (InvalidOperationException error)
        {
            throw new StorageException(StorageErrorKind.Denied, StorageCodes.BadCredentials, path.ToString(),
                $"{source} is of a kind that cannot act as \"{target}\" for \"{path}\". Impersonation starts from a service account's key file or from gcloud auth application-default login.", error);
        }
    }
}
