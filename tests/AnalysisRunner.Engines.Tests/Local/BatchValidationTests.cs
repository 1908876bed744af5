using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Engines.Local;

namespace AnalysisRunner.Engines.Tests.Local;

public sealed class BatchValidationTests
{
    private static readonly JobSpec Plain = Specs.Job(1, "true");

    public static TheoryData<string, BatchSpec> Malformed => new()
    {
        { EngineCodes.BatchKeyMalformed, Specs.Batch("") },
        { EngineCodes.BatchKeyMalformed, Specs.Batch("..") },
        { EngineCodes.BatchKeyMalformed, Specs.Batch("a/b") },
        { EngineCodes.BatchKeyMalformed, Specs.Batch("a\n") },
        { EngineCodes.BatchKeyMalformed, Specs.Batch(new string('a', 201)) },
        { EngineCodes.JobIdsMalformed, Specs.Batch("b", Specs.Job(2, "true")) },
        { EngineCodes.JobIdsMalformed, Specs.Batch("b", Plain, Plain) },
        { EngineCodes.JobIdsMalformed, Specs.Batch("b", Specs.Job(0, "true")) },
        { EngineCodes.ParentMalformed, Specs.Batch("b", Specs.Job(1, "true", 1)) },
        { EngineCodes.ParentMalformed, Specs.Batch("b", Specs.Job(1, "true", 0)) },
        { EngineCodes.ParentMalformed, Specs.Batch("b", Specs.Job(1, "true", 2)) },
        { EngineCodes.ParentMalformed, Specs.Batch("b", Plain, Specs.Job(2, "true", 1, 1)) },
        { EngineCodes.DependencyCycle, Specs.Batch("b", Specs.Job(1, "true", 2), Specs.Job(2, "true", 1)) },
        { EngineCodes.OutputPathMalformed, Specs.Batch("b", Plain with { Outputs = ["../x"] }) },
        { EngineCodes.OutputPathMalformed, Specs.Batch("b", Plain with { Outputs = ["a/../../x"] }) },
        { EngineCodes.OutputPathMalformed, Specs.Batch("b", Plain with { Outputs = ["/etc/passwd"] }) },
        { EngineCodes.OutputPathMalformed, Specs.Batch("b", Plain with { Outputs = [""] }) },
        { EngineCodes.OutputPathMalformed, Specs.Batch("b", Plain with { Outputs = ["a//b"] }) },
        { EngineCodes.OutputPathMalformed, Specs.Batch("b", Plain with { Outputs = ["a\\b"] }) },
        { EngineCodes.OutputPathMalformed, Specs.Batch("b", Plain with { Outputs = ["a\0"] }) },
        { EngineCodes.EnvironmentMalformed, Variable("", "") },
        { EngineCodes.EnvironmentMalformed, Variable("A=B", "") },
        { EngineCodes.EnvironmentMalformed, Variable("1A", "") },
        { EngineCodes.EnvironmentMalformed, Variable("BASH_FUNC_printf%%", "() { :; }") },
        { EngineCodes.EnvironmentMalformed, Variable("A\n", "") },
        { EngineCodes.EnvironmentMalformed, Variable("A", "a\0b") },
        { EngineCodes.EnvironmentMalformed, Variable("BATCH_TMPDIR", "/tmp") },
        { EngineCodes.ValueOutOfRange, Specs.Batch("b", Plain with { MilliCpu = -1 }) },
        { EngineCodes.ValueOutOfRange, Specs.Batch("b", Plain with { MemoryBytes = -1 }) },
        { EngineCodes.ValueOutOfRange, Specs.Batch("b", Plain with { StorageBytes = -1 }) },
        { EngineCodes.ValueOutOfRange, Specs.Batch("b", Plain with { Attempts = 0 }) },
        { EngineCodes.ValueOutOfRange, Specs.Batch("b", Plain with { Timeout = TimeSpan.Zero }) },
        { EngineCodes.ValueOutOfRange, Specs.Batch("b", Plain with { Command = "a\0b" }) },
        { EngineCodes.ValueOutOfRange, Specs.Batch("b", Plain) with { CancelAfterFailures = 0 } },
        { EngineCodes.GroupMalformed, Specs.Batch("b", Plain with { Group = 1 }) },
        { EngineCodes.GroupMalformed, Specs.Batch("b", Plain with { Group = -1 }) },
        { EngineCodes.GroupMalformed, Specs.Batch("b") with { Groups = [new() { Id = 2, Name = "g" }] } },
        { EngineCodes.GroupMalformed, Specs.Batch("b") with { Groups = [new() { Id = 1, Name = "g", Parent = 1 }] } },
        { EngineCodes.GroupMalformed, Specs.Batch("b") with { Groups = [new() { Id = 1, Name = "g", Parent = -1 }] } },
        { EngineCodes.GroupMalformed, Specs.Batch("b") with { Groups = [new() { Id = 1, Name = "g", CancelAfterFailures = 0 }] } },
        { EngineCodes.InputFileMalformed, Specs.Batch("b", Plain with { InputFiles = [new("/a", "../a")] }) },
        { EngineCodes.InputFileMalformed, Specs.Batch("b", Plain with { InputFiles = [new("a", "a")] }) },
        { EngineCodes.InputFileMalformed, Specs.Batch("b", Plain with { InputFiles = [new("/a\0", "a")] }) },
        { EngineCodes.InputFileMalformed, Specs.Batch("b", Plain with { InputFiles = [new("/a", "x")] }, Specs.Job(2, "true") with { InputFiles = [new("/b", "x")] }) },
        { EngineCodes.OutputFileMalformed, Specs.Batch("b", Plain with { OutputFiles = [new("/a", "/b")] }) },
        { EngineCodes.OutputFileMalformed, Specs.Batch("b", Plain with { OutputFiles = [new("a", "b")] }) },
        { EngineCodes.OutputFileMalformed, Specs.Batch("b", Plain with { OutputFiles = [new("a", "/x"), new("b", "/y/../x")] }) },
    };

    [Theory]
    [MemberData(nameof(Malformed), DisableDiscoveryEnumeration = true)]
    public void Refuses_a_malformed_batch(string code, BatchSpec spec) => BatchValidation.Problems(spec).ShouldHaveSingleItem().Code.ShouldBe(code);

    [Fact]
    public void Names_the_jobs_of_a_circle_in_the_order_in_which_they_wait()
    {
        var spec = Specs.Batch("b", Specs.Job(1, ""), Specs.Job(2, "", 1, 4), Specs.Job(3, "", 2), Specs.Job(4, "", 3));

        BatchValidation.Problems(spec).ShouldHaveSingleItem().Message
            .ShouldContain("job 2 \"job2\" -> job 4 \"job4\" -> job 3 \"job3\" -> job 2 \"job2\"");
    }

    [Fact]
    public void Takes_a_chain_of_any_length_declared_backwards()
    {
        const int Length = 100_000;
        var jobs = Enumerable.Range(1, Length).Select(id => id < Length ? Specs.Job(id, "", id + 1) : Specs.Job(id, "")).ToArray();

        BatchValidation.Problems(Specs.Batch("b", jobs)).ShouldBeEmpty();
    }

    [Fact]
    public void Finds_a_parent_named_twice_among_many()
    {
        var parents = Enumerable.Range(1, 50).ToArray();
        var jobs = parents.Select(id => Specs.Job(id, "")).Append(Specs.Job(51, "", [.. parents, 7])).ToArray();

        BatchValidation.Problems(Specs.Batch("b", jobs)).ShouldHaveSingleItem().Code.ShouldBe(EngineCodes.ParentMalformed);
    }

    [Fact]
    public void Tells_no_more_than_a_hundred_problems()
    {
        var jobs = Enumerable.Range(1, 1000).Select(id => Specs.Job(id, "", id)).ToArray();

        BatchValidation.Problems(Specs.Batch("b", jobs)).Count.ShouldBe(100);
    }

    private static BatchSpec Variable(string name, string value) =>
        Specs.Batch("b", Plain with { Environment = new Dictionary<string, string> { [name] = value } });
}
