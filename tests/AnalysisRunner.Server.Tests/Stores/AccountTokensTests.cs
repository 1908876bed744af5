using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Stores;
using AnalysisRunner.Server.Tests.Record;
using AnalysisRunner.Storage.Gcs;
using AnalysisRunner.Storage.TestServers.Gcs;
using Microsoft.Extensions.Logging.Abstractions;

namespace AnalysisRunner.Server.Tests.Stores;

public sealed class AccountTokensTests
{
    private const string Account = "test@project.iam.gserviceaccount.com";

    [Fact]
    public async Task Those_who_ask_at_the_same_time_make_one_request_and_one_who_leaves_takes_it_from_nobody()
    {
        await using var google = await GoogleAccounts.StartAsync(Account);
        var (opened, gate) = (0, new TaskCompletionSource());
        var tokens = new AccountTokens(
            async (account, _) =>
            {
                Interlocked.Increment(ref opened);
                await gate.Task;
                return new ImpersonatedAccount(await google.OwnAsync(), account, google.Clients);
            },
            TimeProvider.System, NullLogger<AccountTokens>.Instance);
        using var leaving = new CancellationTokenSource();

        var left = tokens.TakeAsync(Run(0), leaving.Token);
        var asked = Enumerable.Range(1, 20).Select(number => tokens.TakeAsync(Run(number), CancellationToken.None)).ToList();
        await leaving.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(left);
        gate.SetResult();

        (await Task.WhenAll(asked)).Select(token => token.Text).Distinct().ShouldHaveSingleItem().ShouldBe($"of-{Account}-1");
        opened.ShouldBe(1);
        google.Asked.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_server_without_credentials_of_its_own_refuses_and_looks_again()
    {
        await using var google = await GoogleAccounts.StartAsync(Account);
        var isSignedIn = false;
        var tokens = new AccountTokens(
            async (account, _) => isSignedIn ? new ImpersonatedAccount(await google.OwnAsync(), account, google.Clients) : throw new InvalidOperationException("Your default credentials were not found."),
            TimeProvider.System, NullLogger<AccountTokens>.Instance);

        var refused = await Should.ThrowAsync<AnalysisRunnerException>(tokens.TakeAsync(Run(1), CancellationToken.None));
        refused.Problems.ShouldHaveSingleItem().Code.ShouldBe(TokenExchangeCodes.AccountNotGiven);
        isSignedIn = true;
        var token = await tokens.TakeAsync(Run(1), CancellationToken.None);
        token.Text.ShouldBe($"of-{Account}-1");
        token.ToString().ShouldNotContain(token.Text);
    }

    private static Invocation Run(int number) => Samples.Submission(number).Invocation with { Identity = new JobIdentity { GcsServiceAccount = Account } };
}
