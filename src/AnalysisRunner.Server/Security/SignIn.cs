using System.Security.Cryptography;
using System.Text;

namespace AnalysisRunner.Server.Security;

/// <summary>
/// Single-use codes that sign a browser in as the user who asked for them, and the sessions they open. Both are kept in memory only, hashed, and end with the process.
/// </summary>
/// <param name="time">Decides when codes and sessions end.</param>
internal sealed class SignIn(TimeProvider time)
{
    private const int MaximumCount = 1000;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Grant> _codes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Grant> _sessions = new(StringComparer.Ordinal);

    /// <summary>How long a code works.</summary>
    public static TimeSpan CodeLifetime { get; } = TimeSpan.FromMinutes(10);

    /// <summary>How long a session lasts.</summary>
    public static TimeSpan SessionLifetime { get; } = TimeSpan.FromHours(12);

    /// <summary>A new code and when it stops working.</summary>
    public (string Code, DateTimeOffset ExpiresAt) NewCode(Caller caller) => Add(_codes, caller, CodeLifetime);

    /// <summary>Trades a code for a session; null when the code was used, has expired or never was.</summary>
    public string? Redeem(string code)
    {
        Grant? grant;
        lock (_lock)
        {
            if (!_codes.Remove(Hash(code), out grant) || grant.ExpiresAt <= time.GetUtcNow()) return null;
        }
        return Add(_sessions, grant.Caller, SessionLifetime).Secret;
    }

    /// <summary>Opens a session for somebody who has proved who they are.</summary>
    public string Open(Caller caller) => Add(_sessions, caller, SessionLifetime).Secret;

    /// <summary>Who has opened a session; null when there is none.</summary>
    public Caller? Find(string? session)
    {
        if (string.IsNullOrEmpty(session)) return null;
        lock (_lock) return _sessions.TryGetValue(Hash(session), out var grant) && grant.ExpiresAt > time.GetUtcNow() ? grant.Caller : null;
    }

    /// <summary>Ends a session, wherever its cookie has got to.</summary>
    public void Close(string? session)
    {
        if (string.IsNullOrEmpty(session)) return;
        lock (_lock) _sessions.Remove(Hash(session));
    }

    private (string Secret, DateTimeOffset ExpiresAt) Add(Dictionary<string, Grant> kept, Caller caller, TimeSpan lifetime)
    {
        var secret = RandomText.Secret();
        var now = time.GetUtcNow();
        lock (_lock)
        {
            foreach (var (hash, grant) in kept.ToList())
            {
                if (grant.ExpiresAt <= now) kept.Remove(hash);
            }
            // Whoever may ask for codes may ask for many: the oldest give way.
            if (kept.Count >= MaximumCount) kept.Remove(kept.MinBy(entry => entry.Value.ExpiresAt).Key);
            kept.Add(Hash(secret), new Grant(caller, now + lifetime));
        }
        return (secret, now + lifetime);
    }

    // A lookup by hash: its time says nothing about the secrets that are kept.
    private static string Hash(string secret) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));

    private sealed record Grant(Caller Caller, DateTimeOffset ExpiresAt);
}
