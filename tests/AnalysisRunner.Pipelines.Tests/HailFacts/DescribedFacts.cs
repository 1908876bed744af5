using AnalysisRunner.Contracts;

namespace AnalysisRunner.Pipelines.Tests.HailFacts;

/// <summary>The facts of hail-batch spec §7 that show in the description of a batch. Each summary names its fact.</summary>
public sealed class DescribedFacts
{
    private static readonly Dictionary<string, string> TwoInputs = new() { ["in1"] = "/data/a.txt", ["in2"] = "/data/b.txt" };

    /// <summary>Fact 11: blank commands of any whitespace are left out with a warning.</summary>
    [Fact]
    public void Blank_commands_are_left_out_with_a_warning()
    {
        var batch = Described.Batch();
        var job = batch.NewJob("one").Command($"").Command($"  ").Command($"\n").Command($"\t \n");

        job.Spec().Command.ShouldBe(":");
        batch.Warnings.Select(warning => warning.Code).ShouldBe(["AR5120", "AR5120", "AR5120", "AR5120"]);
        batch.Warnings[0].File.ShouldEndWith("DescribedFacts.cs");
        batch.Warnings[0].Message.ShouldContain("\"one\"");
    }

    /// <summary>Fact 13: mentioning one member of an input group makes every member an input of the job.</summary>
    [Fact]
    public void One_member_of_an_input_group_brings_all()
    {
        var batch = Described.Batch();
        var group = batch.ReadInputGroup(TwoInputs);

        var spec = batch.NewJob("one").Command($"cat {group["in1"]} {group["in1"]}").Spec();

        spec.InputFiles.ShouldBe([new InputFile("/data/a.txt", "inputs/1/in1/a.txt"), new InputFile("/data/b.txt", "inputs/1/in2/b.txt")]);
    }

    /// <summary>Facts 14 and 12: mentioning one member of one's own group leaves the others unmentioned.</summary>
    [Fact]
    public void One_member_of_ones_own_group_is_mentioned_alone()
    {
        var job = Described.Batch().NewJob("one");
        var group = job.OutputGroup("out", new() { ["a"] = "{root}.a", ["b"] = "{root}.b" });
        job.Command($"echo > {group["a"]}");

        (group["a"].IsWritten, group["b"].IsWritten, group.IsWritten).ShouldBe((true, false, false));
        job.Spec().Outputs.ShouldBe(["one-1/out.a"]);
    }

    /// <summary>Fact 15: another job may reference a declared group that its producer never mentioned.</summary>
    [Fact]
    public void A_group_is_produced_by_its_declaration()
    {
        var batch = Described.Batch();
        var producer = batch.NewJob("producer");
        var group = producer.OutputGroup("out", new() { ["a"] = "{root}.a" });

        batch.NewJob("consumer").Command($"cat {group["a"]}").Spec().Parents.ShouldBe([1]);

        batch.Plan().Spec.Jobs.Count.ShouldBe(2);
    }

    /// <summary>Fact 16: consuming one member makes all members outputs of the producer; the group itself is not mentioned by that.</summary>
    [Fact]
    public void Consuming_one_member_asks_for_all()
    {
        var batch = Described.Batch();
        var producer = batch.NewJob("producer");
        var group = producer.OutputGroup("out", new() { ["a"] = "{root}.a", ["b"] = "{root}.b" });
        batch.NewJob("consumer").Command($"cat {group["a"]}");

        producer.Spec().Outputs.ShouldBe(["producer-1/out.a", "producer-1/out.b"]);
        group.IsMentioned.ShouldBeFalse();
    }

    /// <summary>Fact 19: jobs are selected by a pattern at the beginning of their name; unnamed jobs never are.</summary>
    [Fact]
    public void Jobs_are_selected_from_the_start_of_their_names()
    {
        var batch = Described.Batch();
        foreach (var name in new[] { "foo0", "xfoo", "foo1", "", "foo2" }) batch.NewJob(name);

        batch.SelectJobs("foo").Select(job => job.Name).ShouldBe(["foo0", "foo1", "foo2"]);
        batch.SelectJobs("foo[12]").Select(job => job.Name).ShouldBe(["foo1", "foo2"]);
        batch.SelectJobs("x|foo2").Select(job => job.Name).ShouldBe(["xfoo", "foo2"]);
        batch.SelectJobs("").Select(job => job.Name).ShouldNotContain("");
        Described.Code(() => batch.SelectJobs("foo(")).ShouldBe("AR5109");
    }

    /// <summary>Fact 21: a second extension is an error. Trap of the original (spec §3.2): so is one after a command has the path.</summary>
    [Fact]
    public void An_extension_is_given_once_and_in_time()
    {
        var batch = Described.Batch();
        var job = batch.NewJob("one");
        var file = job.Output("o").AddExtension(".txt");

        file.Path.ShouldBe("one-1/o.txt");
        Described.Code(() => file.AddExtension(".gz")).ShouldBe("AR5109");
        job.Command($"echo > {job.Output("late")}");
        Described.Code(() => job["late"].AddExtension(".txt")).ShouldBe("AR5109");
        Described.Code(() => job.Output("x").AddExtension("/../../y")).ShouldBe("AR5109");
        Described.Code(() => batch.ReadInput("/data/x").AddExtension(".txt")).ShouldBe("AR5109");
    }

    /// <summary>Fact 22: an input keeps its full extension of several parts.</summary>
    [Fact]
    public void An_input_keeps_its_name()
    {
        var batch = Described.Batch();

        batch.ReadInput("/data/x.vcf.bgz").Path.ShouldEndWith("/x.vcf.bgz");
        batch.ReadInput("gs://bucket/folder/y.txt.gz").Path.ShouldEndWith("/y.txt.gz");
    }

    /// <summary>Fact 27: an empty batch. The original runs it; here it is a mistake that is told, as design §6 asks.</summary>
    [Fact]
    public async Task An_empty_batch_is_told() =>
        (await Described.Batch("nothing").RunAsync().ShouldThrowAsync<AnalysisRunnerException>()).Problems.Single().Code.ShouldBe("AR5104");

    /// <summary>Facts 34 and 35: a file that its job never wrote is an error that names it, in a command and as an output.</summary>
    [Fact]
    public async Task A_file_that_is_never_written_is_told()
    {
        var batch = Described.Batch();
        var job = batch.NewJob("one");

        Should.Throw<AnalysisRunnerException>(() => batch.NewJob("two").Command($"cat {job["ofile"]}")).Message.ShouldContain("\"ofile\"");
        batch.WriteOutput(job.Output("other"), "/results/x");

        var problem = (await batch.RunAsync().ShouldThrowAsync<AnalysisRunnerException>()).Problems.Single();
        problem.Code.ShouldBe("AR5101");
        problem.Message.ShouldContain("\"other\"");
        problem.Message.ShouldContain("\"one\"");
        problem.File.ShouldEndWith("DescribedFacts.cs");
    }

    /// <summary>Fact 36: a job or a batch in a command is an error, and so is a resource of another batch.</summary>
    [Fact]
    public void What_is_no_resource_of_the_batch_is_refused()
    {
        var (batch, other) = (Described.Batch(), Described.Batch("other"));
        var job = batch.NewJob("one");

        Described.Code(() => job.Command($"cat {job}")).ShouldBe("AR5108");
        Described.Code(() => job.Command($"cat {batch}")).ShouldBe("AR5108");
        Described.Code(() => job.Command($"cat {other.ReadInput("/data/x")}")).ShouldBe("AR5102");
        Described.Code(() => job.Command($"cat {other.ReadInputGroup(TwoInputs)}")).ShouldBe("AR5102");
        Described.Code(() => batch.WriteOutput(other.ReadInput("/data/x"), "/results/x")).ShouldBe("AR5102");
        // Trap of the original (spec §3.3): DependsOn across batches is noticed at its line.
        Described.Code(() => job.DependsOn([other.NewJob("far")])).ShouldBe("AR5102");
    }

    /// <summary>Fact 37: a circle is told before anything runs, at a line that closes it.</summary>
    [Fact]
    public async Task A_circle_is_told_at_its_line()
    {
        var batch = Described.Batch();
        var (a, b) = (batch.NewJob("a"), batch.NewJob("b"));
        b.DependsOn(a);
        a.DependsOn(b, "pipeline.cs", 42);

        var problem = (await batch.RunAsync().ShouldThrowAsync<AnalysisRunnerException>()).Problems.Single();

        (problem.Code, problem.File, problem.Line).ShouldBe(("AR5103", "pipeline.cs", 42));
        problem.Message.ShouldContain("\"a\" (1) → \"b\" (2) → \"a\" (1)");
    }

    /// <summary>Fact 38: the attribute "name" on a batch is refused.</summary>
    [Fact]
    public void The_attribute_name_is_refused()
    {
        Described.Code(() => Described.Batch().Attribute("name", "x")).ShouldBe("AR5109");
        Described.Code(() => Described.Batch().NewJob("one").Attribute("name", "x")).ShouldBe("AR5109");
        Described.Batch().NewJob("one").Attribute("stage", "align").Spec().Attributes["stage"].ShouldBe("align");
    }

    /// <summary>Fact 42: what always runs and uses another job's file is warned of.</summary>
    [Fact]
    public void What_always_runs_may_miss_files()
    {
        var batch = Described.Batch();
        var first = batch.NewJob("first");
        first.Command($"echo > {first.Output("o")}");
        batch.NewJob("second").AlwaysRun().Command($"cat {first["o"]}");
        batch.Plan();
        batch.Plan();

        batch.Warnings.Single().Code.ShouldBe("AR5124");
        batch.Warnings.Single().Message.ShouldContain("\"second\"");
    }

    /// <summary>Fact 51: cpu 0, memory "foo": refused at the line, with the value.</summary>
    [Fact]
    public void Malformed_requests_are_refused()
    {
        var job = Described.Batch().NewJob("one");

        Described.Code(() => job.Cpu("0")).ShouldBe("AR5105");
        Described.Code(() => job.Cpu(0)).ShouldBe("AR5105");
        Should.Throw<AnalysisRunnerException>(() => job.Memory("foo")).Message.ShouldContain("\"foo\"");
        Described.Code(() => job.Batch.CancelAfterFailures(0)).ShouldBe("AR5105");
        Described.Code(() => job.Batch.NewJobGroup("group").CancelAfterFailures(0)).ShouldBe("AR5105");
    }

    /// <summary>Fact 52: a job without attributes has none.</summary>
    [Fact]
    public void A_job_without_attributes_has_none() => Described.Batch().NewJob("one").Spec().Attributes.ShouldBeEmpty();

    /// <summary>Fact 56: the same parent twice is one parent.</summary>
    [Fact]
    public void A_parent_counts_once()
    {
        var batch = Described.Batch();
        var parents = Enumerable.Range(0, 5).Select(i => batch.NewJob($"{i}")).ToArray();
        var job = batch.NewJob("child");
        foreach (var i in new[] { 4, 1, 1, 3, 4, 0, 1, 2, 4, 0 }) job.DependsOn(parents[i]);

        job.Spec().Parents.ShouldBe([1, 2, 3, 4, 5]);
    }

    /// <summary>Fact 57: a batch that was not submitted tells so when its end is awaited.</summary>
    [Fact]
    public async Task A_planned_batch_has_no_end()
    {
        var batch = Described.Batch();
        batch.NewJob("one").Command($"true");
        var handle = await batch.RunAsync(dryRun: true);

        handle.Plan.ShouldNotBeNull();
        Should.Throw<AnalysisRunnerException>(() => handle.GetAwaiter().GetResult()).Problems.Single().Code.ShouldBe("AR5119");
    }

    /// <summary>Fact 64: nothing to run is told each time, and a job added later works.</summary>
    [Fact]
    public async Task A_batch_that_was_refused_for_being_empty_can_be_filled()
    {
        var batch = Described.Batch();
        for (var i = 0; i < 3; i++) await batch.RunAsync(dryRun: true).ShouldThrowAsync<AnalysisRunnerException>();
        batch.NewJob("one").Command($"true");

        (await batch.RunAsync(dryRun: true)).Plan!.Spec.Jobs.Count.ShouldBe(1);
    }

    /// <summary>Fact 66: a third level of groups is refused.</summary>
    [Fact]
    public void Groups_nest_two_levels_deep()
    {
        var batch = Described.Batch();
        var inner = batch.NewJobGroup("outer").Attribute("kind", "x").CancelAfterFailures(2).NewJobGroup("inner");
        inner.NewJob("one");

        Described.Code(() => inner.NewJobGroup("third")).ShouldBe("AR5118");
        var spec = batch.Plan().Spec;
        spec.Groups.Select(group => (group.Id, group.Name, group.Parent, group.CancelAfterFailures)).ShouldBe([(1, "outer", 0, 2), (2, "inner", 1, (int?)null)]);
        spec.Groups[0].Attributes["kind"].ShouldBe("x");
        spec.Jobs.Single().Group.ShouldBe(2);
    }

    /// <summary>Facts 76 and 77: spot and regions of the batch hold for jobs that do not set their own; unset stays unset.</summary>
    [Fact]
    public void Defaults_of_the_batch_give_way_to_the_job()
    {
        var batch = Described.Batch();
        var before = batch.NewJob("before");
        batch.Defaults.Spot(false).Regions(["us-central1"]).Cpu(2).Memory("1Gi").Storage("2Gi").Timeout(TimeSpan.FromHours(1)).Attempts(2).Image("debian:12").Env("A", "1");
        var spec = batch.NewJob("after").Spec();
        var own = batch.NewJob("own").Spot().Regions(["us-east1", "us-east1"]).Env("B", "2").Cpu(1).Spec();

        (before.Spec().Spot, before.Spec().Regions.Count).ShouldBe((null, 0));
        (spec.Spot, spec.MilliCpu, spec.MemoryBytes, spec.StorageBytes, spec.Timeout, spec.Attempts, spec.Image)
            .ShouldBe((false, 2000, 1L << 30, 2L << 30, TimeSpan.FromHours(1), 2, "debian:12"));
        spec.Regions.ShouldBe(["us-central1"]);
        (own.Spot, own.MilliCpu).ShouldBe((true, 1000));
        own.Regions.ShouldBe(["us-east1"]);
        own.Environment.ShouldBe(new Dictionary<string, string> { ["A"] = "1", ["B"] = "2" });
        Described.Code(() => batch.NewJob("x").Regions(["a b"])).ShouldBe("AR5109");
    }

    /// <summary>Fact 80: 1K is 1000 bytes, 1Ki 1024, and 7 is 7.</summary>
    [Theory]
    [InlineData("1K", 1000)]
    [InlineData("1Ki", 1024)]
    [InlineData("7", 7)]
    public void Quantities_are_those_of_the_original(string size, long bytes) => Described.Batch().NewJob("one").Memory(size).Spec().MemoryBytes.ShouldBe(bytes);
}
