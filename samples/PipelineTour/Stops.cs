using AnalysisRunner.Pipelines;

namespace PipelineTour;

/// <summary>The stops of the tour. What stands in a region is shown in the documentation.</summary>
internal static class Stops
{
    public static async Task CommandsAsync(string results)
    {
        #region commands
        string name = "O'Brien & sons", pattern = "$HOME";
        string[] words = ["two words", "three"];

        var batch = Batch.Create("commands");
        var job = batch.NewJob("print");
        job.Command($"echo {name} {pattern}");              // each value is one word, quoted
        job.Command($"printf '%s\\n' {words}");             // a collection is several words
        job.Command($"for i in 1 2; do echo $i; done");     // text is script as written
        job.Command($"printf 'c\\na\\n' | {Shell.Raw("sort -r")}");
        #endregion
        _ = results;
        await batch.RunAsync();
    }

    public static async Task FilesAsync(string results)
    {
        var path = Path.Combine(results, "numbers (1).txt");
        await File.WriteAllTextAsync(path, "3\n1\n2\n");

        #region files
        var batch = Batch.Create("files");
        var numbers = batch.ReadInput(path);

        var sort = batch.NewJob("sort");
        sort.Command($"sort {numbers} > {sort.Output("sorted")}");

        var head = batch.NewJob("head");
        head.Command($"head -n 1 {sort["sorted"]} > {head.Output("least")}");   // using the file is the dependency

        batch.WriteOutput(head["least"], Path.Combine(results, "least.txt"));
        #endregion
        await batch.RunAsync();
    }

    public static async Task GroupsAsync(string results)
    {
        var (bam, bai) = (Path.Combine(results, "NA1.bam"), Path.Combine(results, "NA1.bam.bai"));
        await File.WriteAllTextAsync(bam, "reads\n");
        await File.WriteAllTextAsync(bai, "index\n");

        #region groups
        var batch = Batch.Create("groups");
        var reads = batch.ReadInputGroup(new() { ["bam"] = bam, ["bam.bai"] = bai });

        var split = batch.NewJob("split");
        var parts = split.OutputGroup("part", new() { ["head"] = "{root}.head.txt", ["tail"] = "{root}.tail.txt" });
        split.Command($"cat {reads}.bam > {parts}.head.txt; cat {reads["bam.bai"]} > {parts["tail"]}");

        batch.WriteOutput(parts, Path.Combine(results, "NA1"));   // NA1.head.txt and NA1.tail.txt
        #endregion
        await batch.RunAsync();
    }

    public static async Task SettingsAsync(string results)
    {
        #region settings
        var batch = Batch.Create("settings").Attribute("stage", "align");
        batch.Defaults.Cpu(1).Memory("500Mi").Timeout(TimeSpan.FromHours(1));

        var align = batch.NewJob("align").Attempts(3).Env("LC_ALL", "C").Attribute("sample", "NA1");
        align.Command($"locale > {align.Output("locale")}");

        var report = batch.NewJob("report").Cpu("500m").DependsOn(align).AlwaysRun();
        report.Command($"echo the alignment has ended");
        #endregion
        _ = results;
        await batch.RunAsync();
    }

    public static async Task ScatterAsync(string results)
    {
        #region scatter
        var batch = Batch.Create("scatter");
        foreach (var chromosome in Enumerable.Range(1, 5))
        {
            var call = batch.NewJob($"call chr{chromosome}");
            call.Command($"echo chr{chromosome} > {call.Output("calls")}");
        }
        var all = batch.Concatenate(batch.SelectJobs("call").Select(call => call["calls"]), branchingFactor: 2);
        batch.WriteOutput(all, Path.Combine(results, "calls.txt"));
        #endregion
        await batch.RunAsync();
    }

    public static async Task FailuresAsync(string results)
    {
        #region failures
        var batch = Batch.Create("failures");
        var risky = batch.NewJobGroup("risky").CancelAfterFailures(1);
        var first = risky.NewJob("first").Command($"exit 3");
        risky.NewJob("second").DependsOn(batch.NewJob("bridge").DependsOn(first).AlwaysRun()).Command($"echo never");
        batch.NewJob("elsewhere").Command($"echo goes on");

        var handle = await batch.RunAsync(wait: false);
        var ended = await handle.WaitAsync();                     // tells how it ended; "await handle" would throw
        Console.WriteLine($"{ended.State}: {ended.Reason}");
        #endregion
        _ = results;
        Environment.ExitCode = 0;
    }

    public static async Task MethodsAsync(string results)
    {
        string[] paths = [Path.Combine(results, "a.txt"), Path.Combine(results, "b.txt")];
        await File.WriteAllTextAsync(paths[0], "1\n2\n");
        await File.WriteAllTextAsync(paths[1], "30\n");

        #region methods
        var batch = Batch.Create("methods");
        var sums = paths.Select(path => batch.NewJob("sum").Run(Stats.Sum, batch.ReadInput(path), 3)).ToList();

        var summary = batch.NewJob("summary").Run(Stats.SummariseAsync, sums, "it's done");   // results are values for other methods

        var print = batch.NewJob("print").Command($"cat {summary}");                          // and JSON files for commands
        batch.WriteOutput(summary, Path.Combine(results, "summary.json"));
        #endregion
        _ = print;
        await batch.RunAsync();
    }

    public static async Task UnattendedAsync(string results)
    {
        #region unattended
        var batch = Batch.Create("unattended");
        var report = batch.NewJob("report");
        report.Command($"sleep 1; echo done > {report.Output("text")}");
        batch.WriteOutput(report["text"], Path.Combine(results, "report.txt"));
        await batch.RunAsync(wait: false);                         // Main may return now; the job is done and delivered all the same
        #endregion
    }

    public static async Task PlanAsync(string results)
    {
        var batch = Batch.Create("plan");
        var hello = batch.NewJob("hello").Memory("1Gi");
        hello.Command($"echo hello > {hello.Output("out")}");
        batch.NewJob("world").Command($"cat {hello["out"]}");

        #region plan
        await batch.RunAsync(dryRun: true);                        // prints the plan, hands nothing over

        var plan = batch.Plan();
        Console.WriteLine(plan.Digest);                            // the same for the same description, on every machine
        await using var json = File.Create(Path.Combine(results, "plan.json"));
        await plan.WriteJsonAsync(json);
        #endregion
    }

    public static async Task RunsAsync(string results)
    {
        #region runs
        var batch = Batch.Create("runs");
        var first = batch.NewJob("first");
        first.Command($"echo 2 > {first.Output("number")}");
        batch.WriteOutput(first["number"], Path.Combine(results, "number"));
        await batch.RunAsync();

        var count = int.Parse(await File.ReadAllTextAsync(Path.Combine(results, "number")));
        for (var i = 1; i <= count; i++) batch.NewJob($"next {i}").DependsOn(first).Command($"echo {i} of {count}");
        await batch.RunAsync();                                    // runs what was added since
        #endregion
    }
}
