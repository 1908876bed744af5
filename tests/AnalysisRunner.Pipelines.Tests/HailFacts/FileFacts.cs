using AnalysisRunner.Contracts;

namespace AnalysisRunner.Pipelines.Tests.HailFacts;

/// <summary>The facts of hail-batch spec §7 about inputs, files of jobs and outputs, on the real local engine. Each summary names its fact.</summary>
public sealed class FileFacts : LocalRun
{
    /// <summary>Fact 1: an input written straight to an output arrives byte-equal with no job defined.</summary>
    [FactWithBash]
    public async Task An_input_is_delivered_without_a_job()
    {
        var bytes = Enumerable.Range(0, 256).Select(i => (byte)i).ToArray();
        await File.WriteAllBytesAsync(PathOf("in"), bytes);
        var batch = NewBatch();
        batch.WriteOutput(batch.ReadInput(PathOf("in")), PathOf("out"));

        await batch.RunAsync();

        (await File.ReadAllBytesAsync(PathOf("out"))).ShouldBe(bytes);
    }

    /// <summary>Fact 2: members of an input group can be written individually.</summary>
    [FactWithBash]
    public async Task Members_of_an_input_group_are_delivered_one_by_one()
    {
        var batch = NewBatch();
        var group = batch.ReadInputGroup(new() { ["in1"] = Write("a.txt", "1"), ["in2"] = Write("b.txt", "2") });
        batch.WriteOutput(group["in1"], PathOf("x")).WriteOutput(group["in2"], PathOf("y"));

        await batch.RunAsync();

        (Read("x"), Read("y")).ShouldBe(("1", "2"));
    }

    /// <summary>Fact 3: writing an input group to D/foo yields D/foo.in1 and D/foo.in2.</summary>
    [FactWithBash]
    public async Task A_group_is_delivered_under_one_beginning()
    {
        var batch = NewBatch();
        batch.WriteOutput(batch.ReadInputGroup(new() { ["in1"] = Write("a.txt", "1"), ["in2"] = Write("b.txt", "2") }), PathOf("D/foo"));

        await batch.RunAsync();

        (Read("D/foo.in1"), Read("D/foo.in2")).ShouldBe(("1", "2"));
    }

    /// <summary>Fact 4: a job writes its own file; the delivered content is equal, without a stray newline.</summary>
    [FactWithBash]
    public async Task A_file_of_a_job_is_delivered_as_it_is()
    {
        var batch = NewBatch();
        var job = batch.NewJob("one");
        job.Command($"printf '%s' {"hello world"} > {job.Output("ofile")}");
        batch.WriteOutput(job["ofile"], PathOf("out"));

        await batch.RunAsync();

        Read("out").ShouldBe("hello world");
    }

    /// <summary>Fact 8: a job can read a declared input through its reference.</summary>
    [FactWithBash]
    public async Task A_job_reads_an_input()
    {
        var batch = NewBatch();
        var job = batch.NewJob("one");
        job.Command($"cat {batch.ReadInput(Write("in.txt", "abc"))} > {job.Output("o")}");
        batch.WriteOutput(job["o"], PathOf("out"));

        await batch.RunAsync();

        Read("out").ShouldBe("abc");
    }

    /// <summary>Fact 9: group members are reachable both by their reference and by the group's path and their id.</summary>
    [FactWithBash]
    public async Task A_member_is_reached_by_itself_and_by_its_group()
    {
        var batch = NewBatch();
        var group = batch.ReadInputGroup(new() { ["in1"] = Write("a.txt", "1"), ["in2"] = Write("b.txt", "2") });
        var job = batch.NewJob("one");
        job.Command($"cat {group["in1"]} {group}.in1 {group}.in2 > {job.Output("o")}");
        batch.WriteOutput(job["o"], PathOf("out"));

        await batch.RunAsync();

        Read("out").ShouldBe("112");
    }

    /// <summary>Fact 12: a declared group's member can be written and saved.</summary>
    [FactWithBash]
    public async Task A_member_of_a_declared_group_is_delivered()
    {
        var batch = NewBatch();
        var job = batch.NewJob("one");
        var group = job.OutputGroup("out", new() { ["foo"] = "{root}.foo.txt" });
        job.Command($"printf x > {group["foo"]}");
        batch.WriteOutput(group["foo"], PathOf("saved"));

        await batch.RunAsync();

        Read("saved").ShouldBe("x");
    }

    /// <summary>Fact 15: another job may reference a declared group whose producer never mentions it; the shell finds the files by the group's path.</summary>
    [FactWithBash]
    public async Task A_group_that_its_producer_never_mentions_can_be_used()
    {
        var batch = NewBatch();
        var producer = batch.NewJob("producer");
        var group = producer.OutputGroup("out", new() { ["foo"] = "{root}.txt" });
        producer.Command($"printf x > \"$BATCH_TMPDIR\"/producer-1/out.txt");
        var consumer = batch.NewJob("consumer");
        consumer.Command($"cat {group}.txt > {consumer.Output("o")}");
        batch.WriteOutput(consumer["o"], PathOf("out"));

        await batch.RunAsync();

        Read("out").ShouldBe("x");
    }

    /// <summary>Fact 17: five unconnected jobs each deliver their file.</summary>
    [FactWithBash]
    public async Task Unconnected_jobs_all_deliver()
    {
        var batch = NewBatch();
        for (var i = 0; i < 5; i++)
        {
            var job = batch.NewJob($"job {i}");
            job.Command($"printf {i} > {job.Output("o")}");
            batch.WriteOutput(job["o"], PathOf($"out{i}"));
        }

        await batch.RunAsync();

        Enumerable.Range(0, 5).Select(i => Read($"out{i}")).ShouldBe(["0", "1", "2", "3", "4"]);
    }

    /// <summary>Fact 18: a chain with several commands and temporaries per job yields "0\n1\n2\n".</summary>
    [FactWithBash]
    public async Task A_chain_with_temporaries_adds_up()
    {
        var batch = NewBatch();
        ResourceFile? last = null;
        for (var i = 0; i < 3; i++)
        {
            var job = batch.NewJob($"step {i}");
            job.Command($"echo {i} > {job.Output("temporary")}");
            if (last is null) job.Command($"cat {job["temporary"]} > {job.Output("o")}");
            else job.Command($"cat {last} {job["temporary"]} > {job.Output("o")}");
            last = job["o"];
        }
        batch.WriteOutput(last!, PathOf("out"));

        await batch.RunAsync();

        Read("out").ShouldBe("0\n1\n2\n");
    }

    /// <summary>Fact 20: scatter, then gather over selected jobs' files, keeps the caller's order.</summary>
    [FactWithBash]
    public async Task Scatter_and_gather_keep_the_order()
    {
        var batch = NewBatch();
        for (var i = 0; i < 3; i++)
        {
            var part = batch.NewJob($"foo{i}");
            part.Command($"echo {i} > {part.Output("o")}");
        }
        var merge = batch.NewJob("merge");
        merge.Command($"cat {batch.SelectJobs("foo").Reverse().Select(job => job["o"])} > {merge.Output("o")}");
        batch.WriteOutput(merge["o"], PathOf("out"));

        await batch.RunAsync();

        Read("out").ShouldBe("2\n1\n0\n");
    }

    /// <summary>Fact 21: an extension changes the file's name, and so what a tool sees.</summary>
    [FactWithBash]
    public async Task An_extension_is_part_of_the_name()
    {
        var batch = NewBatch();
        var job = batch.NewJob("one");
        var file = job.Output("ofile").AddExtension(".txt.bgz");
        job.Command($"printf x > {file}").Command($"test -e \"$BATCH_TMPDIR\"/one-1/ofile.txt.bgz");
        batch.WriteOutput(file, PathOf("out"));

        await batch.RunAsync();

        Read("out").ShouldBe("x");
    }

    /// <summary>Fact 23: spaces and parentheses in input and output names work.</summary>
    [FactWithBash]
    public async Task Names_with_spaces_and_parentheses_work()
    {
        var batch = NewBatch();
        var job = batch.NewJob("one (first)");
        job.Command($"cat {batch.ReadInput(Write("in (1) $a 'b'.txt", "abc"))} > {job.Output("o (2)")}");
        batch.WriteOutput(job["o (2)"], PathOf("out (3) \"d\".txt"));

        await batch.RunAsync();

        Read("out (3) \"d\".txt").ShouldBe("abc");
    }

    /// <summary>Fact 24: mentioning the group itself makes its members usable downstream.</summary>
    [FactWithBash]
    public async Task A_mentioned_group_serves_others()
    {
        var batch = NewBatch();
        var first = batch.NewJob("first");
        var group = first.OutputGroup("foo", new() { ["bed"] = "{root}.bed" });
        first.Command($"echo x > {group}.bed");
        var second = batch.NewJob("second");
        second.Command($"cat {group["bed"]} > {second.Output("o")}");
        batch.WriteOutput(second["o"], PathOf("out"));

        await batch.RunAsync();

        Read("out").ShouldBe("x\n");
    }

    /// <summary>Fact 26: concatenating 10 files with factor 2 adds 11 jobs.</summary>
    [FactWithBash]
    public async Task Files_are_concatenated_by_a_tree()
    {
        var batch = NewBatch();
        var files = Enumerable.Range(0, 10).Select(i => batch.ReadInput(Write($"part{i}", $"{i}\n"))).ToList();
        batch.WriteOutput(batch.Concatenate(files, branchingFactor: 2), PathOf("out"));

        batch.Jobs.Count.ShouldBe(5 + 3 + 2 + 1);
        await batch.RunAsync();

        Read("out").ShouldBe("0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n");
    }

    /// <summary>Fact 33: outputs of a failed job are not delivered.</summary>
    [FactWithBash]
    public async Task A_failed_job_delivers_nothing()
    {
        var batch = NewBatch();
        var job = batch.NewJob("one");
        job.Command($"echo x > {job.Output("o")}").Command($"false");
        batch.WriteOutput(job["o"], PathOf("out"));

        (await EndOfAsync(batch)).State.ShouldBe(BatchState.Failed);

        Exists("out").ShouldBeFalse();
    }

    /// <summary>Fact 43: missing parent folders are created; several destinations of one file all receive it.</summary>
    [FactWithBash]
    public async Task A_file_goes_to_all_its_destinations()
    {
        var batch = NewBatch();
        var job = batch.NewJob("one");
        job.Command($"echo x > {job.Output("o")}");
        batch.WriteOutput(job["o"], PathOf("a/b/c")).WriteOutput(job["o"], PathOf("d/e")).WriteOutput(job["o"], PathOf("f"));

        await batch.RunAsync();

        (Read("a/b/c"), Read("d/e"), Read("f")).ShouldBe(("x\n", "x\n", "x\n"));
    }

    /// <summary>Fact 44: a directory can be a job file and an output.</summary>
    [FactWithBash]
    public async Task A_folder_is_a_file_of_a_job_too()
    {
        var batch = NewBatch();
        var first = batch.NewJob("first");
        first.Command($"mkdir {first.Output("d")}").Command($"echo x > {first["d"]}/one");
        var second = batch.NewJob("second");
        second.Command($"cat {first["d"]}/one > {second.Output("o")}");
        batch.WriteOutput(first["d"], PathOf("folder")).WriteOutput(second["o"], PathOf("out"));

        await batch.RunAsync();

        (Read("folder/one"), Read("out")).ShouldBe(("x\n", "x\n"));
    }

    /// <summary>Fact 78: an input directory, with or without a slash at its end, is staged as a directory.</summary>
    [TheoryWithBash]
    [InlineData("")]
    [InlineData("/")]
    public async Task A_folder_is_an_input(string end)
    {
        Write("data/one", "1");
        Write("data/two", "2");
        var batch = NewBatch();
        var job = batch.NewJob("one");
        job.Command($"ls {batch.ReadInput(PathOf("data") + end)} > {job.Output("o")}");
        batch.WriteOutput(job["o"], PathOf("out"));

        await batch.RunAsync();

        Read("out").ShouldBe("one\ntwo\n");
    }

    /// <summary>Trap of the original (spec §3.2): members of the same file name do not meet.</summary>
    [FactWithBash]
    public async Task Members_of_the_same_name_stay_apart()
    {
        var batch = NewBatch();
        var group = batch.ReadInputGroup(new() { ["a"] = Write("d1/x.txt", "1"), ["b"] = Write("d2/x.txt", "2") });
        var job = batch.NewJob("one");
        job.Command($"cat {group["a"]} {group["b"]} {group}.a {group}.b > {job.Output("o")}");
        batch.WriteOutput(job["o"], PathOf("out"));

        await batch.RunAsync();

        Read("out").ShouldBe("1212");
    }

    /// <summary>Trap of the original (spec §3.2, I:13191): a member of a declared group that no command mentions can be delivered.</summary>
    [FactWithBash]
    public async Task A_member_that_is_not_mentioned_is_delivered()
    {
        var batch = NewBatch();
        var job = batch.NewJob("one");
        var group = job.OutputGroup("out", new() { ["a"] = "{root}.a", ["b"] = "{root}.b.gz" });
        job.Command($"for x in a b.gz; do echo $x > {group}.$x; done");
        batch.WriteOutput(group["b"], PathOf("member")).WriteOutput(group, PathOf("whole"));

        await batch.RunAsync();

        // Trap of the original (spec §3.2): the delivered name has the declared suffix, not the id.
        (Read("member"), Read("whole.a"), Read("whole.b.gz")).ShouldBe(("b.gz\n", "a\n", "b.gz\n"));
    }
}
