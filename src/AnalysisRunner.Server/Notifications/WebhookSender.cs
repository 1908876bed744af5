using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Record;
using AnalysisRunner.Server.Settings;

namespace AnalysisRunner.Server.Notifications;

/// <summary>
/// Posts messages that their receiver can verify, by the Standard Webhooks specification (https://www.standardwebhooks.com): an HMAC-SHA256 over id, time and
/// body, so that a message can neither be made up, nor changed, nor sent again later.
/// </summary>
internal sealed class WebhookSender(CurrentSettings settings, TimeProvider time) : INotificationSender, IDisposable
{
    private const string SecretPrefix = "whsec_";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    // What the settings name is meant, and not where it redirects to; and no proxy that a variable of the environment names is asked for addresses of this machine.
    private readonly HttpMessageInvoker _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, ConnectTimeout = TimeSpan.FromSeconds(10) });

    /// <inheritdoc/>
    public string Kind => "webhook";

    /// <inheritdoc/>
    public async Task SendAsync(DueNotification message, Invocation invocation, CancellationToken cancellation)
    {
        if (!settings.Value.Notifications.Webhooks.TryGetValue(message.Target, out var webhook)) throw new NotificationException("The settings have no such webhook any more.", isFinal: true);
        var body = Compose(invocation);
        using var request = new HttpRequestMessage(HttpMethod.Post, webhook.Url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new("application/json");
        var id = string.Create(CultureInfo.InvariantCulture, $"{invocation.ArGuid}.{message.Id}");
        var moment = time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        request.Headers.Add("webhook-id", id);
        request.Headers.Add("webhook-timestamp", moment);
        request.Headers.Add("webhook-signature", "v1," + Sign(webhook.Secret.Read(), id, moment, body));

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Limit);
        try
        {
            using var response = await _http.SendAsync(request, limit.Token);
            if (response.IsSuccessStatusCode) return;
            var status = string.Create(CultureInfo.InvariantCulture, $"The receiver answered {(int)response.StatusCode}.");
            throw new NotificationException(status, response.StatusCode == HttpStatusCode.Gone);
        }
        catch (HttpRequestException e)
        {
            throw new NotificationException($"The receiver could not be reached: {e.Message}", inner: e);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new NotificationException($"The receiver did not answer within {Limit.TotalSeconds} s.", inner: e);
        }
    }

    public void Dispose() => _http.Dispose();

    /// <summary>The signature, in Base64.</summary>
    /// <param name="secret">The secret: <c>whsec_</c> and its bytes in Base64, or a text whose UTF-8 bytes are meant.</param>
    /// <param name="id">The message's id.</param>
    /// <param name="moment">The time of the attempt, in seconds since 1970.</param>
    /// <param name="body">What is sent.</param>
    public static string Sign(string secret, string id, string moment, ReadOnlySpan<byte> body)
    {
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, KeyOf(secret));
        hash.AppendData(Encoding.UTF8.GetBytes($"{id}.{moment}."));
        hash.AppendData(body);
        return Convert.ToBase64String(hash.GetHashAndReset());
    }

    private static byte[] KeyOf(string secret)
    {
        if (!secret.StartsWith(SecretPrefix, StringComparison.Ordinal)) return Encoding.UTF8.GetBytes(secret);
        var bytes = new byte[secret.Length];
        return Convert.TryFromBase64String(secret[SecretPrefix.Length..], bytes, out var length)
            ? bytes[..length]
            : throw new NotificationException($"The secret begins with '{SecretPrefix}' and does not go on as Base64; correct it.");
    }

    private byte[] Compose(Invocation invocation)
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text))
        {
            json.WriteStartObject();
            json.WriteString("type", "invocation.ended");
            json.WriteString("timestamp", invocation.FinishedAt ?? time.GetUtcNow());
            json.WritePropertyName("data");
            JsonSerializer.Serialize(json, invocation, ContractsJson.Default.Invocation);
            json.WriteEndObject();
        }
        return text.ToArray();
    }
}
