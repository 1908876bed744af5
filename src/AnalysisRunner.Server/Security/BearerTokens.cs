using System.Security.Cryptography;
using System.Text;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Runs;

namespace AnalysisRunner.Server.Security;

/// <summary>Tells who a bearer token belongs to: the owner of a local runner, or the driver of one running invocation.</summary>
/// <param name="ownerToken">The owner's token.</param>
/// <param name="ownerName">The owner's name, as it is recorded.</param>
/// <param name="folders">Where the tokens of drivers are kept: with the run, so that they outlive this process and die with the run.</param>
internal sealed class BearerTokens(string ownerToken, string ownerName, StateFolders folders)
{
    private const string Scheme = "Bearer ";
    private const string JobPrefix = "arj_";
    private const int MaximumLength = 512;

    private readonly byte[] _ownerHash = Hash(ownerToken);

    /// <summary>A new token for an invocation's driver.</summary>
    public static string NewJobToken(string arGuid) => $"{JobPrefix}{arGuid}_{RandomText.Secret()}";

    /// <summary>Who sent this <c>Authorization</c> header.</summary>
    /// <exception cref="AnalysisRunnerException"><c>AR6101</c> there is no bearer token; <c>AR6102</c> it is not valid.</exception>
    public Caller Identify(string? authorization)
    {
        if (authorization is null || !authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) || authorization.Length > MaximumLength)
        {
            throw new AnalysisRunnerException(
                PolicyCodes.TokenMissing,
                "The request has no bearer token; send 'Authorization: Bearer <token>'. The local runner's token is in runner.json in its state folder.");
        }
        var token = authorization[Scheme.Length..].Trim();
        if (CryptographicOperations.FixedTimeEquals(Hash(token), _ownerHash)) return new Caller(ownerName, null);
        if (JobOf(token) is { } arGuid) return new Caller(ownerName, arGuid);
        throw new AnalysisRunnerException(
            PolicyCodes.TokenInvalid,
            "The bearer token is not valid here: it belongs to another server, to an earlier start of this one, or to a run that has ended. Read it again from runner.json.");
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
