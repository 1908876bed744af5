using System.Diagnostics;
using System.Reflection;
using System.Text.Json.Nodes;

namespace AnalysisRunner.Pipelines.Tests;

/// <summary>The sample that the documentation shows: in a process of its own, as a user runs it.</summary>
public sealed class TourTests : IDisposable
{
    private static readonly string Program = Metadata("TourProgram");

    private readonly string _folder = Directory.CreateTempSubdirectory("pipelines-tests-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [FactWithBash]
    public async Task Methods_run_as_jobs_before_Main()
    {
        var (exitCode, output) = await VisitAsync("methods");

        exitCode.ShouldBe(0, output);
        output.Split("Main begins").Length.ShouldBe(2, output);
        output.ShouldContain("[summary] it's done: 2 sums");
        var summary = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(_folder, "summary.json")))!;
        (summary["Title"]!.GetValue<string>(), summary["Largest"]!.GetValue<int>(), summary["Mean"]!.GetValue<double>()).ShouldBe(("it's done", 33, 19.5));
    }

    [TheoryWithBash]
    [InlineData("commands", "[print] O'Brien & sons $HOME\n[print] two words\n[print] three\n[print] 1\n[print] 2\n[print] c\n[print] a\n")]
    [InlineData("settings", "[report] the alignment has ended")]
    [InlineData("failures", "Failed: job 1 \"first\" failed: exit code 3")]
    [InlineData("plan", "asks:    cpu 1, memory 1 Gi")]
    [InlineData("runs", "[next 2] 2 of 2")]
    public async Task Each_stop_prints_what_the_page_says(string stop, string printed)
    {
        var (exitCode, output) = await VisitAsync(stop);
        exitCode.ShouldBe(0, output);
        output.ShouldContain(printed);
    }

    [TheoryWithBash]
    [InlineData("files", "least.txt", "1\n")]
    [InlineData("groups", "NA1.tail.txt", "index\n")]
    [InlineData("unattended", "report.txt", "done\n")]
    [InlineData("scatter", "calls.txt", "chr1\nchr2\nchr3\nchr4\nchr5\n")]
    public async Task Each_stop_leaves_what_the_page_says(string stop, string file, string content)
    {
        (await VisitAsync(stop)).ExitCode.ShouldBe(0);
        (await File.ReadAllTextAsync(Path.Combine(_folder, file))).ShouldBe(content);
    }

    [Fact]
    public void The_code_of_the_page_is_that_of_the_sample()
    {
        var root = Metadata("RepositoryRoot");
        var blocks = File.ReadAllText(Path.Combine(root, "docs", "concepts", "pipelines.md")).ReplaceLineEndings("\n").Split("```csharp\n");
        blocks.Length.ShouldBeGreaterThan(9);
        for (var i = 1; i < blocks.Length; i++)
        {
            // Each block follows the comment that names its region.
            var (path, region) = blocks[i - 1].TrimEnd().Split('\n')[^1]["<!-- ".Length..^" -->".Length].Split('#') switch { var parts => (parts[0], parts[1]) };
            var shown = blocks[i][..blocks[i].IndexOf("\n```", StringComparison.Ordinal)];
            shown.ShouldBe(Region(Path.Combine(root, path), region), $"{path}#{region}: take the code of the sample over into the page");
        }
    }

    private static string Region(string path, string name)
    {
        var lines = File.ReadAllLines(path).SkipWhile(line => line.Trim() != "#region " + name).Skip(1).TakeWhile(line => line.Trim() != "#endregion").ToList();
        var indent = lines.Where(line => line.Length > 0).Min(line => line.Length - line.TrimStart().Length);
        return string.Join('\n', lines.Select(line => line.Length > 0 ? line[indent..] : line));
    }

    private async Task<(int ExitCode, string Output)> VisitAsync(string stop)
    {
        var start = new ProcessStartInfo("dotnet", ["exec", Program, stop, _folder]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var variable in new[] { "ANALYSIS_RUNNER_URL", "ANALYSIS_RUNNER_AR_GUID", "CPG_CONFIG_PATH" }) start.Environment.Remove(variable);
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output + await errors);
    }

    private static string Metadata(string key) =>
        typeof(TourTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(metadata => metadata.Key == key).Value!;
}
