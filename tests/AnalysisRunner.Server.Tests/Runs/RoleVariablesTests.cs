using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Runs;

namespace AnalysisRunner.Server.Tests.Runs;

public sealed class RoleVariablesTests
{
    private static readonly Dictionary<string, string> Variables = new() { ["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "http://server", ["AWS_REGION"] = "of-the-server" };

    [Fact]
    public void The_jobs_of_a_batch_get_the_variables_and_keep_what_they_say_themselves()
    {
        var batch = Batch(new JobSpec { Id = 1, Name = "none", Command = "true" }, new JobSpec { Id = 2, Name = "own", Command = "true", Environment = new Dictionary<string, string> { ["AWS_REGION"] = "own", ["X"] = "x" } });

        var jobs = RoleVariables.AddTo(batch, Variables).Jobs;

        jobs[0].Environment.ShouldBe(Variables, ignoreOrder: true);
        jobs[1].Environment.ShouldBe(new Dictionary<string, string> { ["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "http://server", ["AWS_REGION"] = "own", ["X"] = "x" }, ignoreOrder: true);
    }

    [Fact]
    public void Without_a_role_a_batch_stays_as_it_is()
    {
        var batch = Batch(new JobSpec { Id = 1, Name = "none", Command = "true" });

        RoleVariables.AddTo(batch, new Dictionary<string, string>()).ShouldBeSameAs(batch);
    }

    private static BatchSpec Batch(params JobSpec[] jobs) => new() { Key = "k", Name = "n", Jobs = jobs };
}
