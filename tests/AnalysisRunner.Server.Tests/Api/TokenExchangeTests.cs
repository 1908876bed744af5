using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Runs;
using AnalysisRunner.Server.Tests.Code;
using AnalysisRunner.Server.Tests.Hosting;
using AnalysisRunner.Storage.TestServers.Faults;
using AnalysisRunner.Storage.TestServers.Gcs;

namespace AnalysisRunner.Server.Tests.Api;

/// <summary>The exchange of tokens as a client of OAuth sees it, with a stand-in of Google behind it.</summary>
public sealed class TokenExchangeTests : IAsyncLifetime
{
    private const string Account = "test@project.iam.gserviceaccount.com";
    private const string TokenType = "urn:ietf:params:oauth:token-type:access_token";
    private const string Storage = "https://www.googleapis.com/auth/devstorage.full_control";

    private readonly ShiftedTime _time = new();
    private GoogleAccounts _google = null!;
    private TestServer _server = null!;
    private HttpClient _http = null!;

    public async Task InitializeAsync()
    {
        if (GitRequirement.Missing is not null) return;
        _google = await GoogleAccounts.StartAsync(Account);
        _server = await TestServer.StartAsync(replaceEngine: engine => engine, prepare: server => server.Use(_google), time: _time);
        _http = _server.Http();
    }

    public async Task DisposeAsync()
    {
        if (_server is null) return;
        _http.Dispose();
        await _server.DisposeAsync();
        await _google.DisposeAsync();
    }

    /// <summary>A form as Google's clients send it; a change with null leaves a field out.</summary>
    internal static FormUrlEncodedContent Form(string arGuid, string token, params (string Name, string? Value)[] changes)
    {
        var fields = new Dictionary<string, string?>
        {
            ["grant_type"] = "urn:ietf:params:oauth:grant-type:token-exchange",
            ["audience"] = "//analysis-runner/invocations/" + arGuid,
            ["scope"] = "https://www.googleapis.com/auth/cloud-platform",
            ["requested_token_type"] = TokenType,
            ["subject_token"] = token,
            ["subject_token_type"] = TokenType,
        };
        foreach (var (name, value) in changes) fields[name] = value;
        return new FormUrlEncodedContent(fields.Where(field => field.Value is not null).Select(field => KeyValuePair.Create(field.Key, field.Value!)));
    }

    [GitFact]
    public async Task The_token_of_a_run_is_exchanged_for_one_of_its_account_that_runs_share_until_shortly_before_its_end()
    {
        var one = await _server.RecordAsync(1, new JobIdentity { GcsServiceAccount = Account });
        var two = await _server.RecordAsync(2, new JobIdentity { GcsServiceAccount = Account });

        using var answer = await _http.PostAsync(AccountVariables.Route, Form(one.ArGuid, one.Token));
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Headers.CacheControl!.NoStore.ShouldBeTrue();
        var given = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        given["access_token"]!.GetValue<string>().ShouldBe($"of-{Account}-1");
        given["issued_token_type"]!.GetValue<string>().ShouldBe(TokenType);
        given["token_type"]!.GetValue<string>().ShouldBe("Bearer");
        given["expires_in"]!.GetValue<int>().ShouldBeInRange(3300, 3600);
        given["scope"]!.GetValue<string>().ShouldBe(Storage);
        // Whatever was asked for, and by the server's own account.
        var asked = JsonNode.Parse(_google.Asked.ShouldHaveSingleItem().Request)!;
        asked["scope"]!.AsArray().Select(scope => scope!.GetValue<string>()).ShouldBe([Storage]);

        foreach (var (minutes, number) in new[] { (0, 1), (49, 1), (2, 2) })
        {
            _time.Advance(TimeSpan.FromMinutes(minutes));
            (await ExchangeAsync(Form(two.ArGuid, two.Token))).Body["access_token"]!.GetValue<string>().ShouldBe($"of-{Account}-{number}");
        }
        Log().ShouldNotContain("of-" + Account);
        Log().ShouldNotContain(one.Token);
    }

    [GitFact]
    public async Task A_token_counts_for_its_own_run_alone_and_as_long_as_that_goes_on()
    {
        var one = await _server.RecordAsync(1, new JobIdentity { GcsServiceAccount = Account });
        var two = await _server.RecordAsync(2, new JobIdentity { GcsServiceAccount = Account });
        var without = await _server.RecordAsync(3, new JobIdentity { User = "u" });

        foreach (var token in new[] { two.Token, one.Token + "x", "arj_../../x", "x", _server.Issuer.Token() }) await RefusedAsync(Form(one.ArGuid, token), 401, "invalid_request", PolicyCodes.TokenInvalid);
        (await _server.InvocationLog.ListDenialsAsync(10, null, TestRunner.Limit())).Count(denial => denial.What.Problems[0].Code == PolicyCodes.TokenInvalid).ShouldBe(5);
        (await RefusedAsync(Form(without.ArGuid, without.Token), 400, "invalid_target", TokenExchangeCodes.NoTarget)).ShouldContain("has no Google service account");

        (await ExchangeAsync(Form(one.ArGuid, one.Token))).Status.ShouldBe(200);
        Directory.Delete(Path.Combine(_server.State, "runs", one.ArGuid), recursive: true);
        await RefusedAsync(Form(one.ArGuid, one.Token), 401, "invalid_request", PolicyCodes.TokenInvalid);
    }

    [GitFact]
    public async Task What_is_no_exchange_of_a_runs_token_is_refused_as_the_standard_has_it()
    {
        var (arGuid, token) = await _server.RecordAsync(1, new JobIdentity { GcsServiceAccount = Account });
        foreach (var (name, value, error, code) in new (string, string?, string, string)[]
        {
            ("grant_type", "client_credentials", "unsupported_grant_type", TokenExchangeCodes.OtherGrant),
            ("grant_type", null, "invalid_request", TokenExchangeCodes.Malformed),
            ("subject_token", null, "invalid_request", TokenExchangeCodes.Malformed),
            ("subject_token", "", "invalid_request", TokenExchangeCodes.Malformed),
            ("subject_token_type", "urn:ietf:params:oauth:token-type:jwt", "invalid_request", TokenExchangeCodes.Malformed),
            ("subject_token_type", null, "invalid_request", TokenExchangeCodes.Malformed),
            ("requested_token_type", "urn:ietf:params:oauth:token-type:id_token", "invalid_request", TokenExchangeCodes.Malformed),
            ("actor_token", token, "invalid_request", TokenExchangeCodes.Malformed),
            ("resource", "https://storage.googleapis.com", "invalid_target", TokenExchangeCodes.NoTarget),
            ("audience", null, "invalid_request", TokenExchangeCodes.Malformed),
            ("audience", "//iam.googleapis.com/projects/1/\"ü\\\n", "invalid_target", TokenExchangeCodes.NoTarget),
        })
        {
            await RefusedAsync(Form(arGuid, token, (name, value)), 400, error, code);
        }
        await RefusedAsync(Text(await Form(arGuid, token).ReadAsStringAsync() + "&subject_token=" + token), 400, "invalid_request", TokenExchangeCodes.Malformed);
        await RefusedAsync(Text(string.Concat(Enumerable.Repeat("a=b&", 200))), 400, "invalid_request", TokenExchangeCodes.Malformed);
        await RefusedAsync(new StringContent("{}", Encoding.UTF8, "application/json"), 400, "invalid_request", TokenExchangeCodes.Malformed);
        await RefusedAsync(new MultipartFormDataContent { { new StringContent(token), "subject_token" } }, 400, "invalid_request", TokenExchangeCodes.Malformed);
        await RefusedAsync(Form(arGuid, new string('x', 100_000)), 413, "invalid_request", PolicyCodes.TooLarge);
        using var read = await _http.GetAsync(AccountVariables.Route);
        read.StatusCode.ShouldBe(HttpStatusCode.MethodNotAllowed);
        JsonNode.Parse(await read.Content.ReadAsStringAsync())!["error"]!.GetValue<string>().ShouldBe("invalid_request");

        // What clients send besides is ignored, also the header by which gcloud says what it is.
        using var request = new HttpRequestMessage(HttpMethod.Post, AccountVariables.Route) { Content = Form(arGuid, token, ("requested_token_type", null), ("options", "%7B%7D")) };
        request.Headers.TryAddWithoutValidation("Authorization", "Basic Z2Nsb3VkOng=");
        using var answer = await _http.SendAsync(request);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [GitFact]
    public async Task Without_the_role_and_without_Google_the_error_names_account_and_role_and_the_log_says_why()
    {
        const string Other = "other@project.iam.gserviceaccount.com";
        var other = await _server.RecordAsync(1, new JobIdentity { GcsServiceAccount = Other });
        var message = await RefusedAsync(Form(other.ArGuid, other.Token), 502, "server_error", TokenExchangeCodes.AccountNotGiven);
        message.ShouldContain(Other);
        message.ShouldContain("roles/iam.serviceAccountTokenCreator");
        message.ShouldNotContain("getAccessToken");
        Log().ShouldContain($"Google gave no token of {Other} for {other.ArGuid}.");
        Log().ShouldContain("Permission 'iam.serviceAccounts.getAccessToken' denied");

        var one = await _server.RecordAsync(2, new JobIdentity { GcsServiceAccount = Account });
        _google.Faults.Next(request => request.Contains(":generateAccessToken", StringComparison.Ordinal), Fault.Before(500));
        message = await RefusedAsync(Form(one.ArGuid, one.Token), 503, "temporarily_unavailable", TokenExchangeCodes.AccountUnavailable);
        message.ShouldContain(Account);
        message.ShouldContain("roles/iam.serviceAccountTokenCreator");

        // It is asked again as soon as somebody wants a token.
        (await ExchangeAsync(Form(one.ArGuid, one.Token))).Status.ShouldBe(200);
    }

    [GoogleAuthFact]
    public async Task Googles_library_for_Node_reads_the_file_and_gets_the_token()
    {
        var (arGuid, token) = await _server.RecordAsync(1, new JobIdentity { GcsServiceAccount = Account });
        var folder = new RunFolder(Path.Combine(_server.State, "runs", arGuid));
        Directory.CreateDirectory(folder.Driver);
        await File.WriteAllTextAsync(folder.DriverToken, token);
        await File.WriteAllTextAsync(folder.GoogleCredentials, AccountVariables.WriteFile(arGuid, folder, _server.Url.GetLeftPart(UriPartial.Authority)));

        var (exit, output, error) = UserRepository.Run(
            "node", folder.Path, ["-e", "new (require(process.argv[1]).GoogleAuth)({ scopes: ['https://www.googleapis.com/auth/cloud-platform'] }).getAccessToken().then(token => console.log(token))", GoogleAuthFactAttribute.Library],
            ("GOOGLE_APPLICATION_CREDENTIALS", folder.GoogleCredentials), ("NO_PROXY", "127.0.0.1"));

        exit.ShouldBe(0, error);
        output.ShouldBe($"of-{Account}-1\n");
    }

    private static StringContent Text(string form) => new(form, Encoding.UTF8, "application/x-www-form-urlencoded");

    private string Log() => Encoding.UTF8.GetString(_server.Log.ToArray());

    private async Task<(int Status, JsonNode Body)> ExchangeAsync(HttpContent form)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, AccountVariables.Route) { Content = form };
        // What is too large is refused before it is sent.
        request.Headers.ExpectContinue = true;
        using var answer = await _http.SendAsync(request);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/json");
        return ((int)answer.StatusCode, JsonNode.Parse(await answer.Content.ReadAsStringAsync())!);
    }

    private async Task<string> RefusedAsync(HttpContent form, int status, string error, string code)
    {
        var (answered, body) = await ExchangeAsync(form);
        var description = body["error_description"]!.GetValue<string>();
        (answered, body["error"]!.GetValue<string>()).ShouldBe((status, error), description);
        description.ShouldStartWith(code + ": ");
        // RFC 6749 §5.2.
        description.ShouldAllBe(c => c >= ' ' && c <= '~' && c != '"' && c != '\\');
        body["error_uri"]!.GetValue<string>().ShouldEndWith(code + ".md");
        return description;
    }
}

/// <summary>A fact that needs git and the npm package <c>google-auth-library</c>; <c>ANALYSIS_RUNNER_GOOGLE_AUTH</c> names the folder whose <c>node_modules</c> has it. <c>.ci/run</c> installs it.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class GoogleAuthFactAttribute : FactAttribute
{
    private const string FolderVariable = "ANALYSIS_RUNNER_GOOGLE_AUTH";

    public GoogleAuthFactAttribute() => Skip = GitRequirement.Missing ?? (Directory.Exists(Library) ? null : $"{FolderVariable} does not name the folder of the npm package google-auth-library");

    /// <summary>Where it is.</summary>
    public static string Library { get; } = Path.Combine(Environment.GetEnvironmentVariable(FolderVariable) ?? "", "node_modules", "google-auth-library");
}
