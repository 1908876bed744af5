using System.Text.Json;

namespace AnalysisRunner.Contracts.Tests;

public sealed class WireFormTests
{
    [Fact]
    public void States_and_levels_are_lower_case_words()
    {
        var batch = new BatchSummary(
            "k", "n", BatchState.Running, new JobCounts(1, 0, 0, 0, 0, 0), DateTimeOffset.UnixEpoch, null);

        JsonSerializer.Serialize(batch, ContractsJson.Default.BatchSummary).ShouldBe(
            """{"key":"k","name":"n","state":"running","jobs":{"pending":1,"ready":0,"running":0,"succeeded":0,"failed":0,"cancelled":0},"submittedAt":"1970-01-01T00:00:00+00:00"}""");
    }

    [Fact]
    public void A_batch_survives_the_wire()
    {
        var spec = new BatchSpec
        {
            Key = "k",
            Name = "hello",
            Jobs =
            [
                new JobSpec { Id = 1, Name = "first", Command = "echo 'a\n\u0001ä'", Timeout = TimeSpan.FromSeconds(90), Outputs = ["first/out"] },
                new JobSpec { Id = 2, Name = "second", Command = "cat", Parents = [1], AlwaysRun = true, MilliCpu = 250 },
            ],
        };

        var json = JsonSerializer.Serialize(spec, ContractsJson.Default.BatchSpec);
        var read = JsonSerializer.Deserialize(json, ContractsJson.Default.BatchSpec)!;

        JsonSerializer.Serialize(read, ContractsJson.Default.BatchSpec).ShouldBe(json);
        read.Jobs[0].Timeout.ShouldBe(TimeSpan.FromSeconds(90));
        read.Jobs[1].Parents.ShouldBe([1]);
    }

    [Fact]
    public void The_names_of_states_are_their_wire_form()
    {
        foreach (var state in Enum.GetValues<InvocationState>()) JsonSerializer.Serialize(state).ShouldBe($"\"{state.ToName()}\"");
        foreach (var state in Enum.GetValues<BatchState>()) JsonSerializer.Serialize(state).ShouldBe($"\"{state.ToName()}\"");
        foreach (var state in Enum.GetValues<JobState>()) JsonSerializer.Serialize(state).ShouldBe($"\"{state.ToName()}\"");
    }

    [Fact]
    public void What_a_job_does_not_say_has_its_documented_default()
    {
        var job = JsonSerializer.Deserialize(
            """{"key":"k","name":"n","jobs":[{"id":1,"name":"j","command":"true"}]}""", ContractsJson.Default.BatchSpec)!.Jobs[0];

        job.MilliCpu.ShouldBe(1000);
        job.Attempts.ShouldBe(1);
        job.Parents.ShouldBeEmpty();
        job.Environment.ShouldBeEmpty();
        job.Outputs.ShouldBeEmpty();
    }

    [Fact]
    public void An_unknown_member_is_refused_rather_than_ignored()
    {
        Should.Throw<JsonException>(() =>
            JsonSerializer.Deserialize("""{"dataset":"fewgenomes","acessLevel":"full"}""", ContractsJson.Default.SubmissionRequest));
    }

    [Theory]
    [InlineData("test", AccessLevel.Test, "test", false)]
    [InlineData("standard", AccessLevel.Standard, "main", true)]
    [InlineData("full", AccessLevel.Full, "main", true)]
    public void A_level_has_a_name_a_namespace_and_a_rule(string name, AccessLevel level, string dataNamespace, bool reviewed)
    {
        AccessLevelNames.TryParse(name, out var parsed).ShouldBeTrue();
        parsed.ShouldBe(level);
        level.ToName().ShouldBe(name);
        level.Namespace().ShouldBe(dataNamespace);
        level.NeedsReviewedCode().ShouldBe(reviewed);
    }

    [Theory]
    [InlineData("Test")]
    [InlineData("FULL")]
    [InlineData("")]
    [InlineData(null)]
    public void Other_spellings_of_a_level_are_refused(string? name) => AccessLevelNames.TryParse(name, out _).ShouldBeFalse();
}
