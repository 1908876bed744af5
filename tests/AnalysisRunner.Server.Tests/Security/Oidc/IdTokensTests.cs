using System.Security.Cryptography;
using System.Text.Json.Nodes;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Policies;
using AnalysisRunner.Server.Security;
using AnalysisRunner.Server.Security.Oidc;
using AnalysisRunner.Server.Settings;
using AnalysisRunner.Server.Tests.Record;
using Microsoft.Extensions.Logging.Abstractions;

namespace AnalysisRunner.Server.Tests.Security.Oidc;

public sealed class IdTokensTests : IAsyncLifetime, IDisposable
{
    private readonly SettableTime _time = new();
    private TestIssuer _issuer = null!;
    private IdTokens _tokens = null!;

    public async Task InitializeAsync()
    {
        _issuer = await TestIssuer.StartAsync();
        _tokens = new IdTokens(Settings(), _time, NullLogger<IdTokens>.Instance);
    }

    public async Task DisposeAsync() => await _issuer.DisposeAsync();

    public void Dispose() => _tokens.Dispose();

    [Theory]
    [InlineData("RS256", "rsa")]
    [InlineData("ES256", "ec")]
    [InlineData("RS256", null)]
    [InlineData("ES256", null)]
    public async Task Accepts_what_the_issuer_signed_with_a_key_set_of_both_kinds(string algorithm, string? id) =>
        (await IdentifyAsync(_issuer.Sign(Good(), algorithm, id))).ShouldBe(new Caller("alice@example.org"));

    [Fact]
    public async Task The_name_is_kept_and_compared_without_case()
    {
        var caller = await IdentifyAsync(_issuer.Sign(Good("Alice.B@Example.org")));
        caller.Name.ShouldBe("Alice.B@Example.org");
        caller.Principal.ShouldBe("alice.b@example.org");
    }

    [Theory]
    [InlineData("none", "algorithm")]
    [InlineData("None", "algorithm")]
    [InlineData("HS256", "algorithm")]
    [InlineData("RS512", "algorithm")]
    [InlineData("PS256", "algorithm")]
    [InlineData("", "algorithm")]
    public async Task Refuses_other_algorithms(string algorithm, string reason) => await RefusesAsync(_issuer.Sign(Good(), algorithm), reason);

    [Fact]
    public async Task Refuses_a_signature_of_one_kind_for_a_key_of_the_other()
    {
        await RefusesAsync(_issuer.Sign(Good(), "RS256", "ec"), "no key of that id and kind");
        await RefusesAsync(_issuer.Sign(Good(), "ES256", "rsa"), "no key of that id and kind");
        await RefusesAsync(_issuer.Sign(Good(), "RS256", "rsa", header => header["alg"] = "ES256"), "no key of that id and kind");
        await RefusesAsync(_issuer.Sign(Good(), "RS256", null, header => header["alg"] = "ES256"), "signature");
    }

    [Fact]
    public async Task Refuses_keys_that_the_token_brings_along()
    {
        using var own = RSA.Create(2048);
        var key = own.ExportParameters(false);
        var jwk = new JsonObject { ["kty"] = "RSA", ["n"] = TestIssuer.Encode(key.Modulus!), ["e"] = TestIssuer.Encode(key.Exponent!) };
        var good = _issuer.Sign(Good(), change: header => header["jwk"] = jwk);
        // The header does no harm as long as the issuer's own key has signed.
        (await IdentifyAsync(good)).Name.ShouldBe("alice@example.org");
        var parts = good.Split('.');
        var forged = own.SignData(System.Text.Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        await RefusesAsync($"{parts[0]}.{parts[1]}.{TestIssuer.Encode(forged)}", "signature");
    }

    [Fact]
    public async Task Refuses_a_token_that_was_changed()
    {
        var parts = _issuer.Sign(Good()).Split('.');
        await RefusesAsync($"{parts[0]}.{TestIssuer.Encode(Good("mallory@example.org"))}.{parts[2]}", "signature");
        await RefusesAsync($"{parts[0]}.{parts[1]}.", "no signed token");
        await RefusesAsync($"{parts[0]}.{parts[1]}.{TestIssuer.Encode(new byte[256])}", "signature");
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("a.b")]
    [InlineData("a.b.c.d")]
    [InlineData("e30.e30.e30=")]
    [InlineData("bnVsbA.e30.AA")]
    [InlineData("W10.W10.AA")]
    [InlineData("eyJhbGciOiJSUzI1NiIsImFsZyI6Im5vbmUifQ.e30.AA")]
    public async Task Refuses_what_is_no_token(string text) => (await RefusalAsync(text)).Code.ShouldBe(PolicyCodes.TokenInvalid);

    public static TheoryData<string, string?, string> WrongClaims => new()
    {
        { "iss", "\"https://elsewhere.example\"", "issuer" },
        { "iss", null, "issuer" },
        { "aud", "\"https://other.example\"", "audience" },
        { "aud", "[\"a\", \"b\"]", "audience" },
        { "aud", null, "audience" },
        { "aud", "{}", "audience" },
        { "exp", null, "no time of expiry" },
        { "exp", "\"2099\"", "no time of expiry" },
        { "exp", "1e300", "no time of expiry" },
        { "exp", "1", "expired" },
        { "nbf", "32503680000", "not valid yet" },
        { "nbf", "\"x\"", "not valid yet" },
    };

    [Theory]
    [MemberData(nameof(WrongClaims))]
    public async Task Refuses_wrong_claims(string claim, string? value, string reason)
    {
        var claims = Good();
        claims.Remove(claim);
        if (value is not null) claims[claim] = JsonNode.Parse(value);
        await RefusesAsync(_issuer.Sign(claims), reason);
    }

    [Theory]
    [InlineData("exp", -59, true)]
    [InlineData("exp", -61, false)]
    [InlineData("nbf", 59, true)]
    [InlineData("nbf", 61, false)]
    public async Task Clocks_may_differ_by_a_minute(string claim, int seconds, bool accepted)
    {
        var claims = Good();
        claims[claim] = _time.GetUtcNow().AddSeconds(seconds).ToUnixTimeSeconds();
        var token = _issuer.Sign(claims);
        if (accepted) await IdentifyAsync(token);
        else (await RefusalAsync(token)).Code.ShouldBe(PolicyCodes.TokenInvalid);
    }

    [Fact]
    public async Task One_audience_of_several_is_enough()
    {
        var claims = Good();
        claims["aud"] = new JsonArray("x", TestIssuer.Audience);
        await IdentifyAsync(_issuer.Sign(claims));
    }

    [Theory]
    [InlineData("email", null, PolicyCodes.EmailMissing)]
    [InlineData("email", "\"\"", PolicyCodes.EmailMissing)]
    [InlineData("email", "7", PolicyCodes.EmailMissing)]
    [InlineData("email", "\"a b@example.org\"", PolicyCodes.EmailMissing)]
    [InlineData("email_verified", null, PolicyCodes.EmailNotVerified)]
    [InlineData("email_verified", "false", PolicyCodes.EmailNotVerified)]
    [InlineData("email_verified", "\"false\"", PolicyCodes.EmailNotVerified)]
    [InlineData("email_verified", "1", PolicyCodes.EmailNotVerified)]
    public async Task Refuses_people_whose_address_is_absent_or_not_verified(string claim, string? value, string code)
    {
        var claims = Good();
        claims.Remove(claim);
        if (value is not null) claims[claim] = JsonNode.Parse(value);
        (await RefusalAsync(_issuer.Sign(claims))).Code.ShouldBe(code);
    }

    [Fact]
    public async Task Refuses_extensions_that_must_be_understood() =>
        await RefusesAsync(_issuer.Sign(Good(), change: header => header["crit"] = new JsonArray("exp")), "crit");

    [Theory]
    [InlineData("{\"use\": \"enc\"}")]
    [InlineData("{\"alg\": \"RS512\"}")]
    [InlineData("{\"kty\": \"oct\", \"k\": \"AAAA\"}")]
    [InlineData("{\"n\": \"AQAB\"}")]
    [InlineData("{\"n\": \"!\"}")]
    [InlineData("{\"e\": null}")]
    public async Task Does_not_use_keys_for_other_uses_kinds_or_lengths(string change)
    {
        var key = _issuer.RsaKey("rsa");
        foreach (var (name, value) in JsonNode.Parse(change)!.AsObject()) key[name] = value?.DeepClone();
        _issuer.Keys = [key, JsonValue.Create(5), new JsonObject()];
        await RefusesAsync(_issuer.Sign(Good()), "no key");
    }

    [Fact]
    public async Task A_point_that_is_not_on_the_curve_verifies_nothing()
    {
        var key = _issuer.EcKey("ec");
        key["y"] = TestIssuer.Encode(new byte[32]);
        _issuer.Keys = [key];
        await RefusesAsync(_issuer.Sign(Good(), "ES256", "ec"), "signature");
    }

    [Fact]
    public async Task A_rotated_key_is_fetched_when_its_first_token_comes_and_the_old_one_ends()
    {
        var old = _issuer.Sign(Good());
        await IdentifyAsync(old);
        _issuer.Rotate("next");
        _time.Advance(IssuerKeys.FetchInterval);

        await IdentifyAsync(_issuer.Sign(Good(), id: "next"));

        await RefusesAsync(old, "no key");
        _issuer.Requests.ShouldBe(2);
    }

    [Fact]
    public async Task A_stranger_cannot_make_the_server_fetch_with_each_token()
    {
        await IdentifyAsync(_issuer.Sign(Good()));
        for (var i = 0; i < 20; i++) (await RefusalAsync(_issuer.Sign(Good(), id: $"unknown-{i}"))).Code.ShouldBe(PolicyCodes.TokenInvalid);
        _issuer.Requests.ShouldBe(1);
    }

    [Fact]
    public async Task While_the_issuer_is_down_known_keys_serve_for_a_day_and_nothing_is_taken_unverified()
    {
        var claims = Good();
        claims["exp"] = _time.GetUtcNow().AddDays(30).ToUnixTimeSeconds();
        var token = _issuer.Sign(claims);
        await IdentifyAsync(token);
        _issuer.IsDown = true;

        _time.Advance(IssuerKeys.StaleFor);
        await IdentifyAsync(token);
        _time.Advance(TimeSpan.FromMinutes(1));
        (await RefusalAsync(token)).Code.ShouldBe(PolicyCodes.KeysUnavailable);

        _issuer.IsDown = false;
        _time.Advance(IssuerKeys.FetchInterval);
        await IdentifyAsync(token);
    }

    [Fact]
    public async Task Without_any_key_nothing_is_accepted()
    {
        _issuer.IsDown = true;
        (await RefusalAsync(_issuer.Sign(Good()))).Code.ShouldBe(PolicyCodes.KeysUnavailable);
    }

    [Fact]
    public async Task A_workflow_is_its_repository_and_may_submit_no_other()
    {
        using var tokens = new IdTokens(Settings(issuer => issuer with { WorkflowRepositories = "https://github.com/" }), _time, NullLogger<IdTokens>.Instance);
        var claims = Good();
        claims.Remove("email");
        claims["repository"] = "Owner/demo";

        var caller = await tokens.IdentifyAsync(_issuer.Sign(claims), CancellationToken.None);

        caller.Principal.ShouldBe("test:owner/demo");
        caller.Repository.ShouldBe("https://github.com/Owner/demo");
        claims["repository"] = "../x";
        (await Should.ThrowAsync<AnalysisRunnerException>(tokens.IdentifyAsync(_issuer.Sign(claims), CancellationToken.None))).Problems[0].Code.ShouldBe(PolicyCodes.TokenInvalid);
    }

    private JsonObject Good(string email = "alice@example.org") => _issuer.Claims(email, _time.GetUtcNow());

    private Task<Caller> IdentifyAsync(string token) => _tokens.IdentifyAsync(token, CancellationToken.None);

    private async Task<Problem> RefusalAsync(string token) => (await Should.ThrowAsync<AnalysisRunnerException>(IdentifyAsync(token))).Problems.ShouldHaveSingleItem();

    private async Task RefusesAsync(string token, string reason)
    {
        var refusal = await RefusalAsync(token);
        refusal.Code.ShouldBe(PolicyCodes.TokenInvalid);
        refusal.Message.ShouldContain(reason);
    }

    private CurrentSettings Settings(Func<IssuerSettings, IssuerSettings>? change = null)
    {
        var issuer = new IssuerSettings { Name = "test", Issuer = _issuer.Url, Audiences = [TestIssuer.Audience] };
        return new CurrentSettings(new ServerSettings
        {
            Fixed = new FixedSettings { State = "/", PublicUrl = "http://localhost" },
            Code = new CodeSettings(),
            Issuers = [change?.Invoke(issuer) ?? issuer],
            Policy = new Policy { Datasets = new Dictionary<string, DatasetPolicy>() },
        });
    }
}
