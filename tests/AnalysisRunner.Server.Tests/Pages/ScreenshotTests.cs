using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Tests.Hosting;
using AnalysisRunner.Server.Tests.Runs;
using Microsoft.Playwright;

namespace AnalysisRunner.Server.Tests.Pages;

/// <summary>The pictures of the documentation: taken always, kept where <c>ANALYSIS_RUNNER_UPDATE=1</c> asks for it.</summary>
public sealed class ScreenshotTests(Browser browser) : IClassFixture<Browser>
{
    [BrowserFact]
    public async Task Pictures_show_a_run_with_a_batch()
    {
        await using var runner = await TestRunner.StartAsync();
        using var gate = new Gate(runner.Repository.Root);
        var layer = runner.Repository.Commit("layer", "config/peaks.toml", "[peaks]\nreference = \"hg38\"\nminimum_quality = 30\n");
        layer.ShouldNotBeEmpty();
        var accepted = await runner.SubmitAsync(runner.Script($"echo 'reading 4 samples'; printf '\\033[32mbatch handed over\\033[0m\\n'; cat '{gate.Path}'", "--samples", "4") with
        {
            Description = "Count the peaks of the pilot cohort",
            Repository = "https://github.com/populationgenomics/fewgenomes",
            Config = [new ConfigLayer("config/peaks.toml")],
        });
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
        var page = await browser.SignInAsync(runner, new() { ViewportSize = new() { Width = 1180, Height = 900 }, ColorScheme = ColorScheme.Light });

        foreach (var (name, path) in new[] { ("invocation", $"/invocations/{run.ArGuid}") })
        {
            await page.GotoAsync(path);
            // The folder of a test and the kernel below it say nothing to a reader.
            await page.EvaluateAsync(
                "root => { const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT); while (texts.nextNode()) texts.currentNode.textContent = texts.currentNode.textContent.replaceAll(root, '/home/alice').replace(/Linux [0-9]\\S*/, 'Linux 6.1.0'); }",
                runner.Repository.Root);
            var picture = await page.ScreenshotAsync();
            picture.Length.ShouldBeGreaterThan(10_000);
            if (Environment.GetEnvironmentVariable("ANALYSIS_RUNNER_UPDATE") == "1") await File.WriteAllBytesAsync(Path.Combine(ImageFolder(), name + ".png"), picture);
        }
    }

    private static JobSpec Job(int id, string name, string command, params int[] parents) => new() { Id = id, Name = name, Command = command, Parents = parents, MilliCpu = 500 };

    private static string ImageFolder([System.Runtime.CompilerServices.CallerFilePath] string file = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "../../../docs/images"));
}
