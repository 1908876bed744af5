using System.Text;
using System.Text.Json;

namespace AnalysisRunner.Contracts.Tests;

/// <summary>What the jobs of a batch have in common is one object, also when it is read.</summary>
public sealed class SharedDictionaryTests
{
    [Fact]
    public void Equal_variables_of_jobs_that_follow_each_other_are_one_object()
    {
        var jobs = Read("""{"A":"1","B":"two \"words\""}""", """{"A":"1","B":"two \u0022words\u0022"}""", """{"A":"1"}""", """{"A":"1"}""", """{"A":"2"}""", "{}");

        jobs[1].Environment.ShouldBeSameAs(jobs[0].Environment);
        jobs[3].Environment.ShouldBeSameAs(jobs[2].Environment);
        jobs.Select(job => string.Join(",", job.Environment.Select(variable => $"{variable.Key}={variable.Value}")))
            .ShouldBe(["A=1,B=two \"words\"", "A=1,B=two \"words\"", "A=1", "A=1", "A=2", ""]);
    }

    [Fact]
    public void Variables_and_attributes_are_told_apart()
    {
        var job = Read("""{"A":"1"}""", """{"A":"1"}""")[1];

        job.Attributes.ShouldBe(new Dictionary<string, string> { ["a"] = "b" });
        job.Environment.ShouldBe(new Dictionary<string, string> { ["A"] = "1" });
    }

    [Theory]
    [InlineData("""{"A":1}""")]
    [InlineData("""{"A":{}}""")]
    [InlineData("""["A"]""")]
    [InlineData("\"A\"")]
    public void What_is_no_text_is_refused(string environment)
    {
        var refused = Should.Throw<JsonException>(() => Read("""{"A":"1"}""", environment));

        refused.Path!.ShouldStartWith("$.jobs[1].environment");
    }

    [Fact]
    public void The_last_of_several_values_counts_and_nothing_can_be_added()
    {
        var environment = Read("""{"A":"1","A":"2"}""")[0].Environment;

        environment["A"].ShouldBe("2");
        Should.Throw<NotSupportedException>(() => ((IDictionary<string, string>)environment).Add("B", "3"));
    }

    [Fact]
    public async Task A_batch_that_arrives_in_pieces_is_read_as_a_whole()
    {
        var json = Encoding.UTF8.GetBytes(Batch(Enumerable.Repeat("""{"CPG_CONFIG_PATH":"/a/rather/long/path.toml","B":"é"}""", 500).ToArray()));

        var spec = await JsonSerializer.DeserializeAsync(new Dribble(json), ContractsJson.Default.BatchSpec);

        spec!.Jobs.Select(job => job.Environment).Distinct(ReferenceEqualityComparer.Instance).ShouldHaveSingleItem();
        JsonSerializer.Serialize(spec, ContractsJson.Default.BatchSpec).ShouldBe(JsonSerializer.Serialize(JsonSerializer.Deserialize(json, ContractsJson.Default.BatchSpec), ContractsJson.Default.BatchSpec));
    }

    private static IReadOnlyList<JobSpec> Read(params string[] environments) => JsonSerializer.Deserialize(Batch(environments), ContractsJson.Default.BatchSpec)!.Jobs;

    private static string Batch(string[] environments) => $$"""
        {"key":"b","name":"n","jobs":[{{string.Join(',', environments.Select((environment, i) =>
            $"{{\"id\":{i + 1},\"name\":\"j\",\"command\":\"true\",\"environment\":{environment},\"attributes\":{{\"a\":\"b\"}}}}"))}}]}
        """;

    /// <summary>Gives a few bytes at a time, as a network does.</summary>
    private sealed class Dribble(byte[] bytes) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, 37)], cancellationToken);
    }
}
