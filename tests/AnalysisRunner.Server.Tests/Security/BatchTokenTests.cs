using System.Net;
using System.Net.Http.Json;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Tests.Code;
using AnalysisRunner.Server.Tests.Hosting;
using AnalysisRunner.Server.Tests.Runs;

namespace AnalysisRunner.Server.Tests.Security;

public sealed class BatchTokenTests
{
    [GitFact]
    public async Task A_user_hands_over_no_batch_whoever_s_the_invocation_is()
    {
        await using var server = await TestServer.StartAsync();
        using var gate = new Gate(server.Repository.Root);
        var run = await server.SubmitAsync(TestServer.Request(server.PushScript($"cat '{gate.Path}'"), "./run.sh"));
        foreach (var email in new[] { "alice@example.org", "bob@example.org" })
        {
            using var http = server.Http(server.Issuer.Token(email));
            var batch = new BatchSpec
            {
                Key = "k",
                Name = "n",
                Attributes = new Dictionary<string, string> { ["ar-guid"] = run.ArGuid },
                Jobs = [new JobSpec { Id = 1, Name = "j", Command = "id" }],
            };
            using var response = await http.PostAsJsonAsync("/api/v1/batches", batch, ContractsJson.Default.BatchSpec);
            response.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
            (await response.Content.ReadFromJsonAsync(ContractsJson.Default.ApiProblem))!.Code.ShouldBe(PolicyCodes.TokenForbidden);
        }
        (await server.InvocationLog.ListBatchesAsync(run.ArGuid, TestRunner.Limit())).ShouldBeEmpty();
        gate.Open();
        (await server.EndOfAsync(run.ArGuid)).State.ShouldBe(InvocationState.Succeeded);
    }

    [GitFact]
    public async Task A_job_has_no_image_that_its_driver_could_not_have()
    {
        await using var server = await TestServer.StartAsync();
        using var gate = new Gate(server.Repository.Root);
        var request = TestServer.Request(server.PushScript($"cat '{gate.Path}'"), "./run.sh");
        var run = await server.SubmitAsync(request with { AccessLevel = "standard" });
        using var driver = await server.DriverAsync(run.ArGuid);

        var refused = await Should.ThrowAsync<AnalysisRunnerException>(driver.SubmitBatchAsync(
            new BatchSpec
            {
                Key = "k",
                Name = "n",
                Jobs =
                [
                    new JobSpec { Id = 1, Name = "allowed", Command = "id", Image = "registry.example.org/tools:1" },
                    new JobSpec { Id = 2, Name = "another", Command = "id", Image = "docker.io/somebody/tools:1" },
                    new JobSpec { Id = 3, Name = "again", Command = "id", Image = "docker.io/somebody/tools:1" },
                ],
            },
            TestRunner.Limit()));

        var problem = refused.Problems.ShouldHaveSingleItem();
        problem.Code.ShouldBe(PolicyCodes.ImageNotAllowed);
        problem.Message.ShouldContain("docker.io/somebody/tools:1");
        (await server.InvocationLog.ListBatchesAsync(run.ArGuid, TestRunner.Limit())).ShouldBeEmpty();
        gate.Open();
        await server.EndOfAsync(run.ArGuid);
    }
}
