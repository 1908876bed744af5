using AnalysisRunner.Contracts;

namespace AnalysisRunner.Pipelines.Tests;

public sealed class DescribingTests
{
    [Fact]
    public void Using_a_file_is_the_dependency()
    {
        var batch = Described.Batch();
        var first = batch.NewJob("first job");
        first.Command($"echo {"Hello, World"} > {first.Output("out")}");
        var second = batch.NewJob("second job");
        second.Command($"cat {first["out"]} {first["out"]}");

        var specs = batch.Jobs.Select(job => job.Spec()).ToList();
        specs[0].Command.ShouldBe("echo 'Hello, World' > \"${BATCH_TMPDIR}/first_job-1/out\"");
        specs[0].Outputs.ShouldBe(["first_job-1/out"]);
        specs[0].Parents.ShouldBeEmpty();
        specs[1].Command.ShouldBe("cat \"${BATCH_TMPDIR}/first_job-1/out\" \"${BATCH_TMPDIR}/first_job-1/out\"");
        specs[1].Parents.ShouldBe([1]);
        specs[1].Outputs.ShouldBeEmpty();
    }

    [Fact]
    public void Files_in_collections_are_dependencies_too()
    {
        var batch = Described.Batch();
        var parts = Enumerable.Range(1, 3).Select(i =>
        {
            var job = batch.NewJob("part");
            job.Command($"echo {i} > {job.Output("out")}");
            return job;
        }).ToList();

        var all = batch.NewJob("all").Command($"cat {parts.Select(part => part["out"])}");

        all.Spec().Parents.ShouldBe([1, 2, 3]);
        all.Spec().Command.ShouldBe("cat \"${BATCH_TMPDIR}/part-1/out\" \"${BATCH_TMPDIR}/part-2/out\" \"${BATCH_TMPDIR}/part-3/out\"");
    }

    [Fact]
    public void Settings_reach_the_specification()
    {
        var batch = Described.Batch();
        var before = batch.NewJob("before");
        var spec = batch.NewJob("job").DependsOn(before).DependsOn(before).Cpu("500m").Memory("4Gi").MemoryGrowth(1.5).Storage("10G").Timeout(TimeSpan.FromMinutes(5))
            .Attempts(3).AlwaysRun().Env("NAME", "a b").Image("debian:12").Command($"true").Command($"echo two").Spec();

        spec.Parents.ShouldBe([1]);
        spec.MilliCpu.ShouldBe(500);
        spec.MemoryBytes.ShouldBe(4L << 30);
        spec.MemoryGrowth.ShouldBe(1.5);
        spec.StorageBytes.ShouldBe(10_000_000_000);
        spec.Timeout.ShouldBe(TimeSpan.FromMinutes(5));
        spec.Attempts.ShouldBe(3);
        spec.AlwaysRun.ShouldBeTrue();
        spec.Environment.ShouldBe(new Dictionary<string, string> { ["NAME"] = "a b" });
        spec.Image.ShouldBe("debian:12");
        spec.Command.ShouldBe("true\necho two");
    }

    [Fact]
    public void A_job_without_commands_is_a_meeting_point() => Described.Batch().NewJob("").Spec().Command.ShouldBe(":");

    [Theory]
    [InlineData("first job", "first_job-1")]
    [InlineData("../../etc", "______etc-1")]
    [InlineData("-rf /", "rf__-1")]
    [InlineData("", "job-1")]
    [InlineData("漢字", "__-1")]
    public void The_folder_of_a_job_is_a_plain_name(string name, string folder) =>
        Described.Batch().NewJob(name).Output("out").Path.ShouldBe(folder + "/out");

    [Fact]
    public void A_long_name_gives_a_short_folder() =>
        Described.Batch().NewJob(new string('a', 5000)).Output("out").Path.Length.ShouldBeLessThan(200);

    [Fact]
    public void A_file_that_the_job_does_not_have_is_refused_with_those_it_has()
    {
        var job = Described.Batch().NewJob("first");
        job.Output("calls.vcf");

        var refused = Should.Throw<AnalysisRunnerException>(() => job["out"]);

        refused.Problems.Single().Code.ShouldBe("AR5101");
        refused.Problems.Single().File.ShouldEndWith("DescribingTests.cs");
        refused.Message.ShouldContain("\"calls.vcf\"");
    }

    [Fact]
    public void Jobs_and_files_of_another_batch_are_refused()
    {
        var other = Described.Batch("other").NewJob("far");
        var job = Described.Batch("here").NewJob("near");

        Described.Code(() => job.DependsOn(other)).ShouldBe("AR5102");
        Described.Code(() => job.Command($"cat {other.Output("out")}")).ShouldBe("AR5102");
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("")]
    [InlineData("two")]
    [InlineData("1 ")]
    public void Malformed_cores_are_refused(string cores) => Described.Code(() => Described.Batch().NewJob("job").Cpu(cores)).ShouldBe("AR5105");

    [Fact]
    public void Malformed_quantities_are_refused()
    {
        var job = Described.Batch().NewJob("job");
        Described.Code(() => job.Cpu(double.NaN)).ShouldBe("AR5105");
        Described.Code(() => job.Cpu(0.0001)).ShouldBe("AR5105");
        Described.Code(() => job.Memory("4Gx")).ShouldBe("AR5105");
        Described.Code(() => job.MemoryGrowth(0.9)).ShouldBe("AR5105");
        Described.Code(() => job.MemoryGrowth(double.NaN)).ShouldBe("AR5105");
        Described.Code(() => job.Storage("-4G")).ShouldBe("AR5105");
        Described.Code(() => job.Timeout(TimeSpan.Zero)).ShouldBe("AR5105");
        Described.Code(() => job.Attempts(0)).ShouldBe("AR5105");
    }

    [Theory]
    [InlineData("")]
    [InlineData("1A")]
    [InlineData("A=B")]
    [InlineData("A B")]
    [InlineData("BATCH_TMPDIR")]
    [InlineData("CPG_CONFIG_PATH")]
    [InlineData("ANALYSIS_RUNNER_TOKEN_FILE")]
    public void Malformed_and_reserved_variables_are_refused(string name) =>
        Described.Code(() => Described.Batch().NewJob("job").Env(name, "x")).ShouldBe("AR5110");

    [Theory]
    [InlineData("")]
    [InlineData("/etc/passwd")]
    [InlineData("../x")]
    [InlineData("a/../../x")]
    [InlineData("a//b")]
    [InlineData("a/")]
    [InlineData("a\nb")]
    public void Files_outside_the_job_are_refused(string name) =>
        Described.Code(() => Described.Batch().NewJob("job").Output(name)).ShouldBe("AR5109");

    [Fact]
    public void Names_that_are_none_are_refused()
    {
        Described.Code(() => Described.Batch(" ")).ShouldBe("AR5109");
        Described.Code(() => Described.Batch().NewJob("a\nb")).ShouldBe("AR5109");
        Described.Code(() => Described.Batch().NewJob("job").Image("-v /:/host")).ShouldBe("AR5109");
        Described.Code(() => Described.Batch().Attribute("ar-guid", "x")).ShouldBe("AR5109");
    }
}
