using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Tests.Hosting;
using AnalysisRunner.Server.Tests.Runs;
using Microsoft.Playwright;

namespace AnalysisRunner.Server.Tests.Pages;

/// <summary>The pictures of the documentation: taken always, kept where <c>ANALYSIS_RUNNER_UPDATE=1</c> asks for it.</summary>
public sealed class ScreenshotTests(Browser browser) : IClassFixture<Browser>
{
    [BrowserFact]
    public async Task Pictures_show_the_list_a_run_its_batch_and_its_log()
    {
        await using var runner = await TestRunner.StartAsync();
        runner.Repository.Commit("layer", "config/peaks.toml", "[peaks]\nreference = \"hg38\"\nminimum_quality = 30\n").ShouldNotBeEmpty();
        await runner.RunAsync(Described(runner, "echo 'no reads in sample 3' >&2; exit 3", "Align the reads of the pilot cohort"));
        await runner.RunAsync(Described(runner, "true", "Align the reads of the pilot cohort, sample 3 resequenced"));
        await runner.RunAsync(Described(runner, "true", "Export the counts for the collaborators") with { Dataset = "shared-results" });
        var run = await RunPeaksAsync(runner);
        var page = await browser.SignInAsync(runner, new() { ViewportSize = new() { Width = 1180, Height = 900 }, ColorScheme = ColorScheme.Light });

        await TakeAsync(page, runner, "invocations", "/invocations", "main");
        await TakeAsync(page, runner, "invocation", $"/invocations/{run.ArGuid}", null);
        await TakeAsync(page, runner, "batch", $"/batches/{run.Batches[0].Key}", "main");
        await TakeAsync(page, runner, "log", $"/invocations/{run.ArGuid}", ".log");
        var dark = await browser.SignInAsync(runner, new() { ViewportSize = new() { Width = 420, Height = 900 }, ColorScheme = ColorScheme.Dark });
        await TakeAsync(dark, runner, "narrow-dark", $"/invocations/{run.ArGuid}", null);
    }

    private static async Task<Invocation> RunPeaksAsync(TestRunner runner)
    {
        using var gate = new Gate(runner.Repository.Root);
        var request = Described(runner, $"echo 'reading 4 samples'; printf '\\033[32mbatch handed over\\033[0m\\n'; cat '{gate.Path}'; printf '\\033[33mwarning:\\033[0m sample 2 has few reads\\n'; echo '4 samples counted'", "Count the peaks of the pilot cohort");
        var accepted = await runner.SubmitAsync(request with { Script = ["./run.sh", "--samples", "4"], Config = [new ConfigLayer("config/peaks.toml")] });
        using (var api = await RunTests.JobApiAsync(runner, accepted.ArGuid))
        {
            var jobs = Enumerable.Range(1, 4).SelectMany(sample => new[]
            {
                Job((2 * sample) - 1, $"align sample {sample}", "sleep 0.3"),
                Job(2 * sample, $"count sample {sample}", "sleep 0.2", (2 * sample) - 1),
            }).Append(Job(9, "merge", "sleep 0.1", 2, 4, 6, 8)).ToArray();
            await api.SubmitBatchAsync(new BatchSpec { Key = "peaks", Name = "peaks", Jobs = jobs }, TestRunner.Limit());
        }
        gate.Open();
        var run = await runner.EndOfAsync(accepted.ArGuid);
        run.State.ShouldBe(InvocationState.Succeeded, run.Reason);
        return run;
    }

    private static SubmissionRequest Described(TestRunner runner, string script, string description) =>
        runner.Script(script) with { Description = description, Repository = "https://github.com/populationgenomics/fewgenomes" };

    /// <summary>Takes a picture of a part of a page, or of what a window shows of it.</summary>
    private static async Task TakeAsync(IPage page, TestRunner runner, string name, string path, string? part)
    {
        await page.GotoAsync(path);
        // The folder of a test and the kernel below it say nothing to a reader.
        await page.EvaluateAsync(
            "root => { const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT); while (texts.nextNode()) texts.currentNode.textContent = texts.currentNode.textContent.replaceAll(root, '/home/alice').replace(/Linux [0-9]\\S*/, 'Linux 6.1.0'); }",
            runner.Repository.Root);
        var picture = part is null ? await page.ScreenshotAsync() : await page.Locator(part).First.ScreenshotAsync();
        picture.Length.ShouldBeGreaterThan(5_000);
        if (Environment.GetEnvironmentVariable("ANALYSIS_RUNNER_UPDATE") == "1") await File.WriteAllBytesAsync(Path.Combine(ImageFolder(), name + ".png"), picture);
    }

    private static JobSpec Job(int id, string name, string command, params int[] parents) => new() { Id = id, Name = name, Command = command, Parents = parents, MilliCpu = 500 };

    private static string ImageFolder([System.Runtime.CompilerServices.CallerFilePath] string file = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "../../../docs/images"));
}
