using System.Diagnostics;
using System.Reflection;
using AnalysisRunner.Config;
using AnalysisRunner.Contracts;
using AnalysisRunner.Pipelines.Tests.HailFacts;

namespace AnalysisRunner.Pipelines.Tests;

/// <summary>Config, inputs and outputs in object stores, by programs that do no more than refer to the packages of the stores.</summary>
public sealed class StoreTests : LocalRun, IClassFixture<InstalledStores>
{
    private static readonly ConfigLoader Loader = ConfigLoader.ForSchemas(true, ("s", "[a]\nx = { type = \"integer\" }\ny = { type = \"integer\" }"));

    [Fact]
    public async Task Config_is_read_from_Google() => await ReadsAndMergesAsync("gs");

    [FactWithCeph]
    public async Task Config_is_read_from_S3() => await ReadsAndMergesAsync("s3");

    [Fact]
    public void An_object_that_is_not_there_is_an_unreadable_file()
    {
        var problem = Should.Throw<ConfigException>(() => AnalysisConfig.Load($"gs://{InstalledStores.Bucket}/absent.toml")).Problems.ShouldHaveSingleItem();
        problem.Code.ShouldBe("AR4121");
        problem.Message.ShouldContain($"AR7003: \"gs://{InstalledStores.Bucket}/absent.toml\" does not exist.");
    }

    [Theory]
    [InlineData("gs", "AnalysisRunner.Storage.Gcs")]
    [InlineData("s3", "AnalysisRunner.Storage.S3")]
    public async Task A_program_without_the_package_is_told_which_to_add(string scheme, string package)
    {
        var program = typeof(StoreTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(metadata => metadata.Key == "HelloProgram").Value!;
        var start = new ProcessStartInfo("dotnet", ["exec", program]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["CPG_CONFIG_PATH"] = $"{scheme}://bucket/run.toml";
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync() + await errors;
        await process.WaitForExitAsync();

        process.ExitCode.ShouldNotBe(0, output);
        output.ShouldContain($"AR4122: \"{scheme}://bucket/run.toml\" is not a local file, and this program has no store that reads {scheme}://:");
        output.ShouldContain($"dotnet add package {package}.");
    }

    [FactWithCeph]
    public async Task A_batch_reads_from_S3_and_delivers_there_after_success_alone()
    {
        var batch = NewBatch();
        var input = batch.ReadInput(await InstalledStores.WriteAsync("s3", "in/two words.txt", "content"));
        var (works, fails) = (batch.NewJob("works"), batch.NewJob("fails"));
        works.Command($"tr a-z A-Z < {input} > {works.Output("out")}");
        fails.Command($"cp {input} {fails.Output("out")}; exit 3");
        batch.WriteOutput(works["out"], $"s3://{InstalledStores.Bucket}/run/works.txt").WriteOutput(fails["out"], $"s3://{InstalledStores.Bucket}/run/fails.txt");

        (await EndOfAsync(batch)).State.ShouldBe(BatchState.Failed);

        (await InstalledStores.ReadAsync($"s3://{InstalledStores.Bucket}/run/works.txt")).ShouldBe("CONTENT");
        (await InstalledStores.ReadAsync($"s3://{InstalledStores.Bucket}/run/fails.txt")).ShouldBeNull();
    }

    [FactWithBash]
    public async Task A_batch_delivers_to_Google()
    {
        var batch = NewBatch();
        var job = batch.NewJob("job");
        job.Command($"echo done > {job.Output("out")}");
        batch.WriteOutput(job["out"], $"gs://{InstalledStores.Bucket}/run/done.txt");

        (await EndOfAsync(batch)).State.ShouldBe(BatchState.Succeeded);

        (await InstalledStores.ReadAsync($"gs://{InstalledStores.Bucket}/run/done.txt")).ShouldBe("done\n");
    }

    private static async Task ReadsAndMergesAsync(string scheme)
    {
        var first = await InstalledStores.WriteAsync(scheme, "first.toml", "a.x = 1\na.y = 1");
        var second = await InstalledStores.WriteAsync(scheme, "second.toml", "a.x = 2");

        // What the Load of generated classes calls.
        var section = Loader.Load([first, second]).Section("a");

        (section["x"].AsInteger(), section["y"].AsInteger()).ShouldBe((2, 1));
        AnalysisConfig.Load(first, second).Explain("a", "x").ShouldNotBeNull().ShouldContain(second);
    }
}
