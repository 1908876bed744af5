using System.Text.Json.Nodes;
using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Runs;

namespace AnalysisRunner.Server.Tests.Runs;

public sealed class IdentityVariablesTests
{
    private static readonly Dictionary<string, string> Variables = new() { ["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "http://server", ["AWS_REGION"] = "of-the-server" };
    private static readonly RunFolder Folder = new(Path.GetFullPath("run"));

    [Fact]
    public void The_jobs_of_a_batch_get_the_variables_and_keep_what_they_say_themselves()
    {
        var batch = Batch(new JobSpec { Id = 1, Name = "none", Command = "true" }, new JobSpec { Id = 2, Name = "own", Command = "true", Environment = new Dictionary<string, string> { ["AWS_REGION"] = "own", ["X"] = "x" } });

        var jobs = IdentityVariables.AddTo(batch, Variables).Jobs;

        jobs[0].Environment.ShouldBe(Variables, ignoreOrder: true);
        jobs[1].Environment.ShouldBe(new Dictionary<string, string> { ["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "http://server", ["AWS_REGION"] = "own", ["X"] = "x" }, ignoreOrder: true);
    }

    [Fact]
    public void Without_a_role_a_batch_stays_as_it_is()
    {
        var batch = Batch(new JobSpec { Id = 1, Name = "none", Command = "true" });

        IdentityVariables.AddTo(batch, new Dictionary<string, string>()).ShouldBeSameAs(batch);
        IdentityVariables.Of(new JobIdentity { User = "u" }, Folder, "http://server").ShouldBeEmpty();
    }

    [Fact]
    public void A_role_and_a_service_account_are_given_together_and_kept_from_the_engine()
    {
        var identity = new JobIdentity { User = "u", S3Role = "arn", GcsServiceAccount = "a@p.iam.gserviceaccount.com" };

        var given = IdentityVariables.Of(identity, Folder, "http://server");

        given["AWS_CONTAINER_CREDENTIALS_FULL_URI"].ShouldBe("http://server/api/v1/credentials/s3");
        given["GOOGLE_APPLICATION_CREDENTIALS"].ShouldBe(Folder.GoogleCredentials);
        given["CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE"].ShouldBe(Folder.GoogleCredentials);
        IdentityVariables.ForEngine(identity).ShouldBe(new JobIdentity { User = "u" });
    }

    [Fact]
    public void The_file_of_the_account_names_the_run_its_token_and_the_server_and_holds_no_secret()
    {
        var file = JsonNode.Parse(AccountVariables.WriteFile("a0000000-0000-4000-8000-000000000001", Folder, "http://server"))!;

        file["type"]!.GetValue<string>().ShouldBe("external_account");
        file["token_url"]!.GetValue<string>().ShouldBe("http://server/oauth2/token");
        file["credential_source"]!["file"]!.GetValue<string>().ShouldBe(Folder.DriverToken);
        AccountVariables.RunOf(file["audience"]!.GetValue<string>()).ShouldBe("a0000000-0000-4000-8000-000000000001");
        AccountVariables.RunOf("//analysis-runner/invocations/../x").ShouldBeNull();
        AccountVariables.RunOf("//iam.googleapis.com/projects/1").ShouldBeNull();
    }

    private static BatchSpec Batch(params JobSpec[] jobs) => new() { Key = "k", Name = "n", Jobs = jobs };
}
