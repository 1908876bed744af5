using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Policies;
using AnalysisRunner.Server.Security.Oidc;
using AnalysisRunner.Server.Settings;
using AnalysisRunner.Tests.Shared;
using Microsoft.Extensions.Logging.Abstractions;

namespace AnalysisRunner.Server.Tests.Security.Oidc;

/// <summary>Tokens of a real provider, by discovery.</summary>
public sealed class OidcProviderTests
{
    [OidcProviderFact]
    public async Task Tokens_of_both_algorithms_are_accepted_and_unverified_addresses_and_other_audiences_are_not()
    {
        await using var provider = await OidcProvider.StartAsync();
        using var tokens = Tokens(provider, new ShiftedTime(), "RS256", "ES256");

        (await tokens.IdentifyAsync(await provider.SignInAsync("alice", "RS256"), CancellationToken.None)).Name.ShouldBe("alice@example.org");
        (await tokens.IdentifyAsync(await provider.SignInAsync("bob", "ES256"), CancellationToken.None)).Name.ShouldBe("bob@example.org");

        (await RefusalAsync(tokens, await provider.SignInAsync("mallory", "RS256"))).ShouldBe(PolicyCodes.EmailNotVerified);
        using var others = Tokens(provider, new ShiftedTime(), "another-client");
        (await RefusalAsync(others, await provider.SignInAsync("alice", "RS256"))).ShouldBe(PolicyCodes.TokenInvalid);
    }

    [OidcProviderFact]
    public async Task A_provider_that_goes_away_and_comes_back_with_other_keys_is_followed()
    {
        var time = new ShiftedTime();
        string old;
        int port;
        IdTokens tokens;
        await using (var first = await OidcProvider.StartAsync())
        {
            port = first.Url.Port;
            tokens = Tokens(first, time, "RS256");
            old = await first.SignInAsync("alice", "RS256");
            await tokens.IdentifyAsync(old, CancellationToken.None);
        }
        using (tokens)
        {
            // Gone: what is known serves.
            (await tokens.IdentifyAsync(old, CancellationToken.None)).Name.ShouldBe("alice@example.org");
            await using var second = await OidcProvider.StartAsync(port);
            var fresh = await second.SignInAsync("alice", "RS256");
            time.Shift += IssuerKeys.FetchInterval;

            (await tokens.IdentifyAsync(fresh, CancellationToken.None)).Name.ShouldBe("alice@example.org");
            (await RefusalAsync(tokens, old)).ShouldBe(PolicyCodes.TokenInvalid);
        }
    }

    private static async Task<string> RefusalAsync(IdTokens tokens, string token) =>
        (await Should.ThrowAsync<AnalysisRunnerException>(tokens.IdentifyAsync(token, CancellationToken.None))).Problems[0].Code;

    private static IdTokens Tokens(OidcProvider provider, TimeProvider time, params string[] audiences) => new(
        new CurrentSettings(new ServerSettings
        {
            Fixed = new FixedSettings { State = "/", PublicUrl = "http://localhost" },
            Code = new CodeSettings(),
            Issuers = [new IssuerSettings { Name = "test", Issuer = provider.Url.ToString().TrimEnd('/'), Audiences = audiences }],
            Policy = new Policy { Datasets = new Dictionary<string, DatasetPolicy>() },
        }),
        time,
        NullLogger<IdTokens>.Instance);

    private sealed class ShiftedTime : TimeProvider
    {
        public TimeSpan Shift { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Shift;
    }
}
