using System.Net;
using System.Runtime.Versioning;
using System.Text.Json;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Amazon.SecurityToken;
using AnalysisRunner.Client;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Tests.Hosting;
using AnalysisRunner.Server.Tests.Runs;
using AnalysisRunner.Storage.TestServers.Ceph;
using AnalysisRunner.Tests.Shared;

namespace AnalysisRunner.Server.Tests.Stores;

/// <summary>Jobs that have a role for S3, given by the security token service of a real engine.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class RoleTests : IDisposable
{
    // As the clients of AWS do it.
    private const string Fetch = """curl --silent --fail --header "Authorization: $(cat "$AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")" "$AWS_CONTAINER_CREDENTIALS_FULL_URI" """;

    private readonly OsUsers _users = new();

    public void Dispose() => _users.Dispose();

    [RoleFact]
    public async Task A_driver_has_the_rights_of_its_levels_role_for_as_long_as_it_runs_and_no_others()
    {
        await using var ceph = await CephGateway.StartAsync(hasTokenService: true);
        foreach (var bucket in new[] { "main", "test" }) await ceph.CreateBucketAsync(bucket);
        using (var owner = ceph.CreateClient()) await owner.PutObjectAsync(new PutObjectRequest { BucketName = "main", Key = "data", ContentBody = "precious" });
        var role = await ceph.CreateRoleAsync("reader", """{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": ["arn:aws:s3:::main/*"]}]}""");
        await using var server = await StartAsync(ceph, role);
        using var gate = new Gate(server.Repository.Root);
        var seen = Path.Combine(server.Repository.Root, "seen");
        var sha = server.PushScript(
            $$"""
            {{Fetch}}
            echo; stat -c '%U %a' "$AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"; echo "metadata $AWS_EC2_METADATA_DISABLED"; echo "${AWS_SECRET_ACCESS_KEY-no secret}"
            cp "$AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE" '{{seen}}' || cat "$AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"
            echo; cat '{{gate.Path}}'
            """);
        var arGuid = (await server.SubmitAsync(TestServer.Request(sha, "./run.sh"))).ArGuid;
        gate.Open();
        var run = await server.EndOfAsync(arGuid);
        var lines = (await server.LogOfAsync(arGuid)).Split('\n');
        run.State.ShouldBe(InvocationState.Succeeded, string.Join('\n', lines));
        run.Identity!.S3Role.ShouldBe(role);
        lines.ShouldContain($"{run.Identity.User} 600");
        lines.ShouldContain("metadata true");
        lines.ShouldContain("no secret");

        var given = GivenIn(lines);
        given.RoleArn.ShouldBe(role);
        given.Expiration.ShouldBeInRange(DateTimeOffset.UtcNow.AddMinutes(20), DateTimeOffset.UtcNow.AddMinutes(61));
        using var client = Client(ceph, given);
        using (var found = await client.GetObjectAsync("main", "data")) (await new StreamReader(found.ResponseStream).ReadToEndAsync()).ShouldBe("precious");
        await ShouldBeDeniedAsync(client.PutObjectAsync(new PutObjectRequest { BucketName = "main", Key = "data", ContentBody = "overwritten" }));
        await ShouldBeDeniedAsync(client.DeleteObjectAsync("main", "data"));
        await ShouldBeDeniedAsync(client.PutObjectAsync(new PutObjectRequest { BucketName = "test", Key = "x", ContentBody = "x" }));

        // The token ends with the run, and a user has none.
        var header = lines.Single(line => line.StartsWith("Bearer arj_", StringComparison.Ordinal))["Bearer ".Length..];
        foreach (var (token, status) in new[] { (header, HttpStatusCode.Unauthorized), (server.Issuer.Token(), HttpStatusCode.Forbidden) })
        {
            using var http = server.Http(token);
            using var refused = await http.GetAsync("/api/v1/credentials/s3");
            refused.StatusCode.ShouldBe(status);
        }
    }

    [RoleFact]
    public async Task The_jobs_of_a_batch_have_the_rights_of_their_runs_role_as_its_user()
    {
        await using var ceph = await CephGateway.StartAsync(hasTokenService: true);
        await ceph.CreateBucketAsync("main");
        using (var owner = ceph.CreateClient()) await owner.PutObjectAsync(new PutObjectRequest { BucketName = "main", Key = "data", ContentBody = "precious" });
        var role = await ceph.CreateRoleAsync("reader", """{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": ["arn:aws:s3:::main/*"]}]}""");
        await using var server = await StartAsync(ceph, role);
        using var gate = new Gate(server.Repository.Root);
        var arGuid = (await server.SubmitAsync(TestServer.Request(server.PushScript($"cat '{gate.Path}'"), "./run.sh"))).ArGuid;
        using var driver = await server.DriverAsync(arGuid);

        var fetch = new JobSpec { Id = 1, Name = "fetch", Command = Fetch + "\necho; id -un; echo \"metadata $AWS_EC2_METADATA_DISABLED\"; echo \"${AWS_SECRET_ACCESS_KEY-no secret}\"" };
        var batch = await driver.SubmitBatchAsync(
            new BatchSpec { Key = "roles", Name = "roles", Jobs = [fetch, fetch with { Id = 2, Name = "own", Environment = new Dictionary<string, string> { ["AWS_EC2_METADATA_DISABLED"] = "own" } }] },
            TestRunner.Limit());
        var (first, second) = (await LinesAsync(driver, batch.Key, 1), await LinesAsync(driver, batch.Key, 2));
        gate.Open();
        var run = await server.EndOfAsync(arGuid);

        run.State.ShouldBe(InvocationState.Succeeded, string.Join('\n', first.Concat(second)));
        foreach (var lines in new[] { first, second })
        {
            lines.ShouldContain(run.Identity!.User!);
            lines.ShouldContain("no secret");
            using var client = Client(ceph, GivenIn(lines));
            using (var found = await client.GetObjectAsync("main", "data")) (await new StreamReader(found.ResponseStream).ReadToEndAsync()).ShouldBe("precious");
            await ShouldBeDeniedAsync(client.PutObjectAsync(new PutObjectRequest { BucketName = "main", Key = "data", ContentBody = "overwritten" }));
        }
        // What a job says itself stays, and takes nothing else away.
        (first.Contains("metadata true"), second.Contains("metadata own")).ShouldBe((true, true));
    }

    [RoleFact]
    public async Task A_role_that_the_server_may_not_take_is_refused_to_the_job_and_said_in_the_log()
    {
        await using var ceph = await CephGateway.StartAsync(hasTokenService: true);
        await using var server = await StartAsync(ceph, "arn:aws:iam:::role/nothing");
        var sha = server.PushScript("curl --silent --header \"Authorization: $(cat \"$AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE\")\" \"$AWS_CONTAINER_CREDENTIALS_FULL_URI\"");
        var run = await server.RunAsync(TestServer.Request(sha, "./run.sh"));
        (await server.LogOfAsync(run.ArGuid)).ShouldContain($"\"code\":\"{IdentityCodes.RoleNotGiven}\"");
        System.Text.Encoding.UTF8.GetString(server.Log.ToArray()).ShouldContain("could not be taken for " + run.ArGuid);
    }

    private static JobCredentials GivenIn(IEnumerable<string> lines) => JsonSerializer.Deserialize(lines.Single(line => line.StartsWith('{')), ContractsJson.Default.JobCredentials)!;

    private static AmazonS3Client Client(CephGateway ceph, JobCredentials given) => new(new SessionAWSCredentials(given.AccessKeyId, given.SecretAccessKey, given.Token), new AmazonS3Config
    {
        ServiceURL = ceph.Endpoint.ToString(),
        ForcePathStyle = true,
        AuthenticationRegion = "us-east-1",
        RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
        ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        // The gateway refuses an upload before it has read it, and then takes its content for the next request of the connection.
        CacheHttpClient = false,
    });

    private static async Task<string[]> LinesAsync(AnalysisRunnerApi api, string key, int job)
    {
        var log = new MemoryStream();
        await foreach (var piece in api.ReadJobLogAsync(key, job, null, 0, true, TestRunner.Limit())) log.Write(piece.Span);
        return System.Text.Encoding.UTF8.GetString(log.ToArray()).Split('\n');
    }

    private static async Task ShouldBeDeniedAsync(Task request) => (await Should.ThrowAsync<AmazonS3Exception>(request)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);

    private Task<TestServer> StartAsync(CephGateway ceph, string role) => TestServer.StartAsync(
        $$"""
        [datasets.ds1]
        repositories = ["demo"]
        members = ["alice@example.org"]

        [datasets.ds1.identity]
        test = { user = "{{_users.Add()}}", s3_role = "{{role}}" }
        """,
        prepare: server =>
        {
            File.SetUnixFileMode(server.Repository.Root, File.GetUnixFileMode(server.Repository.Root) | UnixFileMode.OtherExecute);
            server.SecurityTokens = () => new AmazonSecurityTokenServiceClient(
                new BasicAWSCredentials(CephGateway.AccessKey, CephGateway.SecretKey), new AmazonSecurityTokenServiceConfig { ServiceURL = ceph.Endpoint.ToString(), AuthenticationRegion = "us-east-1" });
        });
}

/// <summary>A fact with roles of a real engine for users of this machine; skipped, saying so, where something of that is absent.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RoleFactAttribute : FactAttribute
{
    public RoleFactAttribute() => Skip = new GitAndCephFactAttribute().Skip ?? new OsUserFactAttribute().Skip;
}
