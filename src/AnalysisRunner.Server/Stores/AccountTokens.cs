using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Submissions;
using AnalysisRunner.Storage.Gcs;

namespace AnalysisRunner.Server.Stores;

/// <summary>
/// Takes tokens of Google service accounts for the jobs of runs, by impersonation with the server's own credentials. A token is good for an hour and for Cloud Storage alone. The
/// runs of one account share it until shortly before its end, and those who ask at the same time make one request.
/// </summary>
/// <param name="open">Opens an account; by default with application default credentials.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Where Google's own words are kept: they may say more of the server's account than a job should know.</param>
internal sealed class AccountTokens(Func<string, CancellationToken, Task<ImpersonatedAccount>> open, TimeProvider time, ILogger<AccountTokens> logger)
{
    // Google's clients come back up to six minutes before the end, and must not be given the same one again.
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Source> _sources = new(StringComparer.Ordinal);

    /// <summary>A token of an invocation's service account.</summary>
    /// <exception cref="AnalysisRunnerException"><c>AR6114</c> it has none; <c>AR6115</c>, <c>AR6116</c> Google does not give it.</exception>
    public async Task<AccountToken> TakeAsync(Invocation invocation, CancellationToken cancellation)
    {
        if (invocation.Identity?.GcsServiceAccount is not { } account)
        {
            throw new AnalysisRunnerException(
                TokenExchangeCodes.NoTarget, $"Invocation '{invocation.ArGuid}' has no Google service account; have an administrator name one in [datasets.{invocation.Dataset}.identity].");
        }
        try
        {
            return await Current(account).WaitAsync(cancellation);
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested && ImpersonatedAccount.IsOutage(e))
        {
            logger.LogError(e, "Google gave no token of {Account} for {ArGuid}: no answer.", account, invocation.ArGuid);
            throw new AnalysisRunnerException(
                TokenExchangeCodes.AccountUnavailable,
                $"Google did not answer when it was asked for a token of the service account {Quoted.Value(account)}, for which the server needs the role {ImpersonatedAccount.Role}; the server's log says more. Try again.", e);
        }
        catch (Exception e) when (ImpersonatedAccount.IsRefusal(e))
        {
            logger.LogError(e, "Google gave no token of {Account} for {ArGuid}.", account, invocation.ArGuid);
            throw new AnalysisRunnerException(
                TokenExchangeCodes.AccountNotGiven,
                $"Google gives the server no token of the service account {Quoted.Value(account)}; the server's log has its words. Have an administrator check the name, and that the server's own account has the role {ImpersonatedAccount.Role} on it.", e);
        }
    }

    private Task<AccountToken> Current(string account)
    {
        lock (_lock)
        {
            if (!_sources.TryGetValue(account, out var source)) _sources[account] = source = new Source();
            if (source.Token is { } known && (!known.IsCompleted || (known.IsCompletedSuccessfully && known.Result.ExpiresAt - time.GetUtcNow() > Margin))) return known;
            // Not of the one who asks first: others wait for it too.
            return source.Token = Task.Run(() => RequestAsync(account, source));
        }
    }

    private async Task<AccountToken> RequestAsync(string account, Source source)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        source.Account ??= await open(account, patience.Token);
        return await source.Account.RequestAsync(patience.Token);
    }

    /// <summary>An account, once it was opened, and its newest token.</summary>
    private sealed class Source
    {
        public ImpersonatedAccount? Account { get; set; }

        public Task<AccountToken>? Token { get; set; }
    }
}
