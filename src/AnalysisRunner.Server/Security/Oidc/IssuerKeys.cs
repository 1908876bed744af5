using System.Text.Json;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Settings;

namespace AnalysisRunner.Server.Security.Oidc;

/// <summary>
/// The keys of one issuer. They are fetched when they are first needed, when they are old, and when a token names one that is not known, but not more
/// often than a stranger's tokens may make the server ask. When the issuer cannot be reached, the keys of before serve for a while.
/// </summary>
internal sealed class IssuerKeys(IssuerSettings issuer, HttpMessageInvoker http, TimeProvider time, ILogger log)
{
    private const int MaximumAnswer = 1024 * 1024;

    private readonly Lock _lock = new();
    private IReadOnlyList<SigningKey> _keys = [];
    private DateTimeOffset _fetchedAt = DateTimeOffset.MinValue;
    private DateTimeOffset _triedAt = DateTimeOffset.MinValue;
    private Task? _fetching;

    /// <summary>After this time the keys are fetched again.</summary>
    public static TimeSpan FreshFor { get; } = TimeSpan.FromHours(1);

    /// <summary>How long keys serve that could not be fetched again.</summary>
    public static TimeSpan StaleFor { get; } = TimeSpan.FromHours(24);

    /// <summary>Two fetches are at least so far apart.</summary>
    public static TimeSpan FetchInterval { get; } = TimeSpan.FromSeconds(10);

    private static TimeSpan FetchLimit { get; } = TimeSpan.FromSeconds(10);

    /// <summary>The keys that may have signed a token with this <c>kid</c>; empty when the issuer has none.</summary>
    /// <exception cref="AnalysisRunnerException"><c>AR6111</c> there are no keys that may still be used.</exception>
    public async Task<IReadOnlyList<SigningKey>> FindAsync(string? id, string algorithm, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var mayServe = now - _fetchedAt <= StaleFor && Select(id, algorithm).Count > 0;
        var fetch = now - _fetchedAt > FreshFor || !mayServe ? FetchSharedAsync(now) : Task.CompletedTask;
        // Nobody waits for an issuer that is slow or gone while there are keys that may serve.
        if (!mayServe) await fetch.WaitAsync(cancellation);
        return now - _fetchedAt <= StaleFor ? Select(id, algorithm) : throw new AnalysisRunnerException(
            PolicyCodes.KeysUnavailable,
            $"The keys of '{issuer.Issuer}' cannot be fetched, so its tokens cannot be verified; try again later. The server's log says why.");
    }

    // Without a kid, any key of the kind may be meant; a kid that is given must match.
    private IReadOnlyList<SigningKey> Select(string? id, string algorithm) => [.. _keys.Where(key => key.Algorithm == algorithm && (id is null || key.Id == id))];

    private Task FetchSharedAsync(DateTimeOffset now)
    {
        lock (_lock)
        {
            if (_fetching is { IsCompleted: false }) return _fetching;
            if (now - _triedAt < FetchInterval) return Task.CompletedTask;
            _triedAt = now;
            return _fetching = Task.Run(() => FetchAsync(now));
        }
    }

    private async Task FetchAsync(DateTimeOffset now)
    {
        try
        {
            using var limit = new CancellationTokenSource(FetchLimit);
            var address = issuer.KeysUrl ?? await DiscoverAsync(limit.Token);
            _keys = SigningKey.ReadSet(await GetAsync(address, limit.Token));
            _fetchedAt = now;
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or OperationCanceledException or IOException or UriFormatException)
        {
            log.LogWarning("The keys of '{Issuer}' cannot be fetched: {Reason}", issuer.Issuer, e.Message);
        }
    }

    private async Task<Uri> DiscoverAsync(CancellationToken cancellation)
    {
        var metadata = await GetAsync(new Uri(issuer.Issuer.TrimEnd('/') + "/.well-known/openid-configuration"), cancellation);
        if (metadata.ValueKind != JsonValueKind.Object || JsonWebToken.Text(metadata, "issuer") != issuer.Issuer) throw new JsonException("The discovery document is that of another issuer.");
        // Where the settings' own address is protected, what it leads to has to be.
        return Uri.TryCreate(JsonWebToken.Text(metadata, "jwks_uri"), UriKind.Absolute, out var found) && (found.Scheme == "https" || found is { Scheme: "http", IsLoopback: true })
            ? found
            : throw new JsonException("The discovery document has no https address of keys.");
    }

    private async Task<JsonElement> GetAsync(Uri address, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        using var response = await http.SendAsync(request, cancellation);
        response.EnsureSuccessStatusCode();
        await response.Content.LoadIntoBufferAsync(MaximumAnswer, cancellation);
        using var document = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(cancellation));
        return document.RootElement.Clone();
    }
}
