namespace AnalysisRunner.Sdk.Tests;

/// <summary>A pipeline program in a process of its own, without any server.</summary>
public sealed class RunningAloneTests
{
    private const string Program = """
        using AnalysisRunner.Pipelines;

        var batch = Batch.Create("alone");
        var first = batch.NewJob("first");
        first.Command($"echo {"it's $HOME"} > {first.Output("out")}");
        var second = batch.NewJob("second");
        second.Command($"cat {first["out"]}; cat \"$CPG_CONFIG_PATH\"");
        if (args.Contains("fail")) second.Command($"exit 3");
        if (args.Contains("hang")) second.Command($"sleep 600");
        await batch.RunAsync(wait: args.Contains("wait"));
        Console.WriteLine("main ended");
        if (args.Contains("exit")) Environment.Exit(0);
        """;

    [FactWithBash]
    public async Task The_process_ends_after_its_batches_and_tells_how_they_ended()
    {
        using var project = new AnalysisProject();
        project.Write("Program.cs", Program);
        project.Write("config.toml", "a = 1\n");
        (await project.BuildAsync()).ShouldSucceed();
        (string, string)[] environment = [("CPG_CONFIG_PATH", "config.toml"), ("TMPDIR", Directory.CreateDirectory(project.PathOf("tmp")).FullName)];

        var good = await project.ExecAsync([], environment);
        good.ExitCode.ShouldBe(0, good.Output);
        good.Output.ShouldContain("main ended");
        good.Output.ShouldContain("[second] it's $HOME\n[second] a = 1\n");
        good.Output.ShouldContain("2 of 2 jobs succeeded");
        Directory.EnumerateFileSystemEntries(project.PathOf("tmp")).ShouldBeEmpty();

        var bad = await project.ExecAsync(["fail"], environment);
        bad.ExitCode.ShouldBe(1, bad.Output);
        bad.Output.ShouldContain("main ended");
        bad.Output.ShouldContain("[second] failed");
        bad.Output.ShouldContain("are kept in");

        var waited = await project.ExecAsync(["fail", "wait"], environment);
        waited.ExitCode.ShouldNotBe(0);
        waited.Output.ShouldContain("AR5113");
        waited.Output.ShouldNotContain("main ended");

        var left = await project.ExecAsync(["hang", "exit"], environment);
        left.Output.ShouldContain("Cancelling batch");
    }
}
