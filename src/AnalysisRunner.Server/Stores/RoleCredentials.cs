using System.Collections.Concurrent;
using Amazon.Runtime;
using Amazon.SecurityToken;
using Amazon.SecurityToken.Model;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Submissions;

namespace AnalysisRunner.Server.Stores;

/// <summary>
/// Takes roles for the jobs of runs, by AWS's Security Token Service and with the server's own credentials. What a job gets is good for an hour, and for what the
/// role allows; a session has the name of its run, by which the store's own log tells who did what.
/// </summary>
/// <param name="open">Opens the service; by default with the settings of the environment.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Where the service's own words are kept: they may say more of the account than a job should know.</param>
internal sealed class RoleCredentials(Func<IAmazonSecurityTokenService> open, TimeProvider time, ILogger<RoleCredentials> logger) : IDisposable
{
    private const int Lifetime = 3600;

    // The clients of AWS come back a quarter of an hour before the end.
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(20);

    private readonly Lazy<IAmazonSecurityTokenService> _service = new(open);
    private readonly ConcurrentDictionary<string, JobCredentials> _taken = new(StringComparer.Ordinal);

    /// <summary>Credentials of an invocation's role.</summary>
    /// <exception cref="AnalysisRunnerException"><c>AR6040</c> it has none; <c>AR6084</c> the service does not give it.</exception>
    public async Task<JobCredentials> TakeAsync(Invocation invocation, CancellationToken cancellation)
    {
        if (invocation.Identity?.S3Role is not { } role)
        {
            throw new AnalysisRunnerException(PolicyCodes.Unknown, $"Invocation '{invocation.ArGuid}' has no role for S3; have an administrator name one in [datasets.{invocation.Dataset}.identity].");
        }
        if (_taken.TryGetValue(invocation.ArGuid, out var known) && known.Expiration - time.GetUtcNow() > Margin) return known;
        try
        {
            var answer = await _service.Value.AssumeRoleAsync(new AssumeRoleRequest { RoleArn = role, RoleSessionName = invocation.ArGuid, DurationSeconds = Lifetime }, cancellation);
            var given = answer.Credentials;
            var expiration = new DateTimeOffset(given.Expiration!.Value.ToUniversalTime());
            Forget();
            return _taken[invocation.ArGuid] = new JobCredentials(given.AccessKeyId, given.SecretAccessKey, given.SessionToken, expiration, role);
        }
        catch (Exception e) when (e is AmazonServiceException or AmazonClientException)
        {
            logger.LogError(e, "The role {Role} could not be taken for {ArGuid}.", role, invocation.ArGuid);
            throw new AnalysisRunnerException(
                IdentityCodes.RoleNotGiven, $"The role {Quoted.Value(role)} could not be taken for invocation '{invocation.ArGuid}'; the server's log says why. Try again, or have an administrator let the server take the role.", e);
        }
    }

    /// <summary>Lets go of connections.</summary>
    public void Dispose()
    {
        if (_service.IsValueCreated) _service.Value.Dispose();
    }

    private void Forget()
    {
        foreach (var (arGuid, old) in _taken)
            if (old.Expiration < time.GetUtcNow()) _taken.TryRemove(arGuid, out _);
    }
}
