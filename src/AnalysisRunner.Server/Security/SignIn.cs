using System.Security.Cryptography;
using System.Text;

namespace AnalysisRunner.Server.Security;

/// <summary>
/// Single-use codes that sign a browser in, and the sessions they open. Both are kept in memory only, hashed, and end with the process.
/// </summary>
/// <param name="time">Decides when codes and sessions end.</param>
internal sealed class SignIn(TimeProvider time)
{
    private const int MaximumCount = 1000;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, DateTimeOffset> _codes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DateTimeOffset> _sessions = new(StringComparer.Ordinal);

    /// <summary>How long a code works.</summary>
    public static TimeSpan CodeLifetime { get; } = TimeSpan.FromMinutes(10);

    /// <summary>How long a session lasts.</summary>
    public static TimeSpan SessionLifetime { get; } = TimeSpan.FromHours(12);

    /// <summary>A new code and when it stops working.</summary>
    public (string Code, DateTimeOffset ExpiresAt) NewCode() => Add(_codes, CodeLifetime);

    /// <summary>Trades a code for a session; null when the code was used, has expired or never was.</summary>
    public string? Redeem(string code)
    {
        lock (_lock)
        {
            if (!_codes.Remove(Hash(code), out var expiresAt) || expiresAt <= time.GetUtcNow()) return null;
        }
        return Add(_sessions, SessionLifetime).Secret;
    }

    /// <summary>Whether a session is open.</summary>
    public bool IsSignedIn(string? session)
    {
        if (string.IsNullOrEmpty(session)) return false;
        lock (_lock) return _sessions.TryGetValue(Hash(session), out var expiresAt) && expiresAt > time.GetUtcNow();
    }

    private (string Secret, DateTimeOffset ExpiresAt) Add(Dictionary<string, DateTimeOffset> kept, TimeSpan lifetime)
    {
        var secret = RandomText.Secret();
        var now = time.GetUtcNow();
        lock (_lock)
        {
            foreach (var (hash, expiresAt) in kept.ToList())
            {
                if (expiresAt <= now) kept.Remove(hash);
            }
            // Whoever may ask for codes may ask for many: the oldest give way.
            if (kept.Count >= MaximumCount) kept.Remove(kept.MinBy(entry => entry.Value).Key);
            kept.Add(Hash(secret), now + lifetime);
        }
        return (secret, now + lifetime);
    }

    // A lookup by hash: its time says nothing about the secrets that are kept.
    private static string Hash(string secret) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));
}
