using System.Net;
using System.Runtime.Versioning;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Hosting;
using AnalysisRunner.Server.Runs;
using AnalysisRunner.Server.Tests.Api;
using AnalysisRunner.Server.Tests.Code;
using AnalysisRunner.Server.Tests.Hosting;
using AnalysisRunner.Server.Tests.Runs;
using AnalysisRunner.Storage.TestServers.Gcs;
using AnalysisRunner.Tests.Shared;

namespace AnalysisRunner.Server.Tests.Stores;

/// <summary>Jobs that are service accounts of Google: real users of this machine and Google's own library, with a stand-in of Google behind the server.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class AccountTests : IDisposable
{
    private const string Test = "test@project.iam.gserviceaccount.com";
    private const string Main = "main@project.iam.gserviceaccount.com";

    private readonly OsUsers _users = new();

    public void Dispose() => _users.Dispose();

    [AccountFact]
    public async Task A_driver_and_its_jobs_are_their_levels_account_for_as_long_as_it_runs_and_no_other()
    {
        await using var google = await GoogleAccounts.StartAsync(Test, Main);
        await using var storage = await GcsTestServer.StartAsync();
        storage.Buckets.Create("bucket");
        await using var server = await StartAsync(google);
        using var gate = new Gate(server.Repository.Root);
        var program = $"dotnet exec '{ProgramFor(server)}' {storage.Endpoint}";
        var sha = server.PushScript(
            $$"""
            trap "cat '{{gate.Path}}'" EXIT
            stat -c '%U %a' "$GOOGLE_APPLICATION_CREDENTIALS"
            [ "$CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE" = "$GOOGLE_APPLICATION_CREDENTIALS" ]
            {{program}} gs://bucket/by-the-driver 'hello from the driver'
            curl --silent --fail --header "Authorization: Bearer $(cat "$ANALYSIS_RUNNER_TOKEN_FILE")" --header 'Content-Type: application/json' \
              --data "{\"key\": \"k\", \"name\": \"b\", \"jobs\": [{\"id\": 1, \"name\": \"j\", \"command\": \"{{program}} gs://bucket/by-a-job x\"}]}" "$ANALYSIS_RUNNER_URL/api/v1/batches"
            """);
        var arGuid = (await server.SubmitAsync(TestServer.Request(sha, "./run.sh"))).ArGuid;
        using (await server.DriverAsync(arGuid)) { }
        var folder = new RunFolder(Path.Combine(server.State, "runs", arGuid));
        var token = await File.ReadAllTextAsync(folder.TokenFile);

        // Its token is good for its own account alone, whatever else is asked for.
        using var http = server.Http();
        using (var given = await http.PostAsync(AccountVariables.Route, TokenExchangeTests.Form(arGuid, token, ("scope", Main), ("service_account", Main))))
            (await given.Content.ReadAsStringAsync()).ShouldContain($"\"of-{Test}-1\"");
        gate.Open();
        var run = await server.EndOfAsync(arGuid);
        var log = await server.LogOfAsync(arGuid);
        run.State.ShouldBe(InvocationState.Succeeded, log);
        run.Identity!.GcsServiceAccount.ShouldBe(Test);
        log.ShouldContain($"{run.Identity.User} 600\nhello from the driver\n");
        storage.Buckets.All("bucket").Select(found => found.Name).ShouldBe(["by-a-job", "by-the-driver"]);
        storage.Faults.Headers.ShouldAllBe(headers => headers.Authorization.ToString() == $"Bearer of-{Test}-1");
        google.Asked.ShouldAllBe(asked => asked.Account == Test);

        // It ends with the run.
        File.Exists(folder.GoogleCredentials).ShouldBeFalse();
        using var refused = await http.PostAsync(AccountVariables.Route, TokenExchangeTests.Form(arGuid, token));
        refused.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [AccountFact]
    public async Task Another_user_reads_neither_the_file_nor_the_token_and_another_runs_token_is_not_taken_for_it()
    {
        await using var google = await GoogleAccounts.StartAsync(Test, Main);
        await using var server = await StartAsync(google);
        using var gate = new Gate(server.Repository.Root);
        var full = (await server.SubmitAsync(TestServer.Request(server.PushScript($"cat '{gate.Path}'"), "./run.sh") with { AccessLevel = "full" })).ArGuid;
        using (await server.DriverAsync(full)) { }
        var folder = new RunFolder(Path.Combine(server.State, "runs", full));
        File.Exists(folder.GoogleCredentials).ShouldBeTrue();

        var sha = server.PushScript(
            $$"""
            set +e
            cat '{{folder.GoogleCredentials}}' '{{folder.DriverToken}}' '{{folder.TokenFile}}'
            exchange() {
              curl --silent --write-out ' %{http_code}\n' --data-urlencode "audience=//analysis-runner/invocations/$1" --data-urlencode "subject_token@$ANALYSIS_RUNNER_TOKEN_FILE" \
                --data 'grant_type=urn:ietf:params:oauth:grant-type:token-exchange&subject_token_type=urn:ietf:params:oauth:token-type:access_token' "$ANALYSIS_RUNNER_URL{{AccountVariables.Route}}"
            }
            exchange {{full}}
            exchange "$ANALYSIS_RUNNER_AR_GUID"
            """);
        var run = await server.RunAsync(TestServer.Request(sha, "./run.sh"));
        var log = await server.LogOfAsync(run.ArGuid);
        gate.Open();
        (await server.EndOfAsync(full)).State.ShouldBe(InvocationState.Succeeded);

        log.Split('\n').Count(line => line.EndsWith("Permission denied", StringComparison.Ordinal)).ShouldBe(3, log);
        log.Split('\n').Single(line => line.EndsWith(" 401", StringComparison.Ordinal)).ShouldContain(PolicyCodes.TokenInvalid);
        log.Split('\n').Single(line => line.EndsWith(" 200", StringComparison.Ordinal)).ShouldContain($"\"of-{Test}-1\"");
        google.Asked.ShouldAllBe(asked => asked.Account == Test);
    }

    /// <summary>The program that uses our store, where the users of jobs can read it.</summary>
    private static string ProgramFor(TestServer server)
    {
        const string Name = "AnalysisRunner.Storage.TestHost";
        var folder = Directory.CreateDirectory(Path.Combine(server.Repository.Root, "program")).FullName;
        string[] parts = [$"{Name}.dll", $"{Name}.runtimeconfig.json", "AnalysisRunner.Storage.dll", "AnalysisRunner.Storage.Gcs.dll", "Google.*.dll", "Newtonsoft.Json.dll", "Polly.Core.dll"];
        foreach (var file in parts.SelectMany(part => Directory.EnumerateFiles(AppContext.BaseDirectory, part)))
        {
            var copy = Path.Combine(folder, Path.GetFileName(file));
            File.Copy(file, copy);
            File.SetUnixFileMode(copy, UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        }
        File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | UnixFileMode.OtherExecute | UnixFileMode.OtherRead);
        return Path.Combine(folder, Name + ".dll");
    }

    private Task<TestServer> StartAsync(GoogleAccounts google) => TestServer.StartAsync(
        $$"""
        [datasets.ds1]
        repositories = ["demo"]
        members = ["alice@example.org"]
        levels = ["test", "full"]

        [datasets.ds1.identity]
        test = { user = "{{_users.Add()}}", gcs_service_account = "{{Test}}" }
        full = { user = "{{_users.Add()}}", gcs_service_account = "{{Main}}" }
        """,
        prepare: server =>
        {
            File.SetUnixFileMode(server.Repository.Root, File.GetUnixFileMode(server.Repository.Root) | UnixFileMode.OtherExecute);
            server.Use(google);
        });
}

/// <summary>A fact with users of this machine that are service accounts; skipped, saying so, where something of that is absent.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class AccountFactAttribute : FactAttribute
{
    public AccountFactAttribute() => Skip = new GitFactAttribute().Skip ?? new OsUserFactAttribute().Skip ?? (Programs.IsOnPath("curl") ? null : "curl is not installed");
}
