using System.Security.Cryptography;
using System.Text;
using AnalysisRunner.Server.Runs;

namespace AnalysisRunner.Server.Security;

/// <summary>The tokens that this server gives out itself: to the owner of a local runner, and to the driver of each running invocation.</summary>
/// <param name="owner">The owner's token and name, as it is recorded; null where the server is nobody's own.</param>
/// <param name="folders">Where the tokens of drivers are kept: with the run, so that they outlive this process and die with the run.</param>
internal sealed class BearerTokens((string Token, string Name)? owner, StateFolders folders)
{
    private const string JobPrefix = "arj_";

    private readonly byte[]? _ownerHash = owner is { } one ? Hash(one.Token) : null;

    /// <summary>A new token for an invocation's driver.</summary>
    public static string NewJobToken(string arGuid) => $"{JobPrefix}{arGuid}_{RandomText.Secret()}";

    /// <summary>Whose token this is; null when it is none of ours.</summary>
    public Caller? Find(string token)
    {
        if (_ownerHash is not null && CryptographicOperations.FixedTimeEquals(Hash(token), _ownerHash)) return new Caller(owner!.Value.Name) { IsOwner = true };
        return JobOf(token) is { } arGuid ? new Caller("driver of " + arGuid, arGuid) : null;
    }

    private string? JobOf(string token)
    {
        if (!token.StartsWith(JobPrefix, StringComparison.Ordinal) || token.Length <= JobPrefix.Length + 36) return null;
        var arGuid = token.Substring(JobPrefix.Length, 36);
        if (!RandomText.IsArGuid(arGuid)) return null;
        try
        {
            var expected = File.ReadAllText(folders.Run(arGuid).TokenFile).Trim();
            return expected.Length > 0 && CryptographicOperations.FixedTimeEquals(Hash(token), Hash(expected)) ? arGuid : null;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null; // The run has ended, or never was.
        }
    }

    // Hashes have one length, so that the comparison says nothing about the token's.
    private static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
