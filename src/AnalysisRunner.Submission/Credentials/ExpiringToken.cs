using System.Buffers.Text;
using System.Text.Json;

namespace AnalysisRunner.Submission.Credentials;

/// <summary>A token that is asked for when it is needed and kept until shortly before it expires: a build may wait for a run for days.</summary>
/// <param name="ask">Asks the provider.</param>
/// <param name="time">The clock.</param>
internal sealed class ExpiringToken(Func<CancellationToken, Task<string>> ask, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Reserve = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim _turn = new(1, 1);
    private string _token = "";
    private DateTimeOffset _until = DateTimeOffset.MinValue;

    public async ValueTask<string?> GetAsync(CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (time.GetUtcNow() < _until) return _token;
            _token = await ask(cancellation).ConfigureAwait(false);
            _until = EndOf(_token);
            return _token;
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    /// <summary>Until when a token is used.</summary>
    public static DateTimeOffset EndOf(string token) => ExpiryOf(token) - Reserve;

    /// <summary>When a JSON Web Token says that it expires; one that does not say is good for one use.</summary>
    private static DateTimeOffset ExpiryOf(string token)
    {
        var parts = token.Split('.');
        if (parts.Length != 3) return DateTimeOffset.MinValue + Reserve;
        try
        {
            using var payload = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[1]));
            return payload.RootElement.TryGetProperty("exp", out var expiry) && expiry.TryGetInt64(out var seconds)
                ? DateTimeOffset.FromUnixTimeSeconds(seconds)
                : DateTimeOffset.MinValue + Reserve;
        }
        catch (Exception exception) when (exception is FormatException or JsonException or InvalidOperationException or ArgumentOutOfRangeException)
        {
            // Whether it is a good token is the server's to judge.
            return DateTimeOffset.MinValue + Reserve;
        }
    }
}
