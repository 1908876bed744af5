namespace AnalysisRunner.Package.Tests;

/// <summary>Submissions from the packages: with the tasks and the local runner that they carry.</summary>
public sealed class SubmitTests
{
    [FactWithGit]
    public async Task Every_form_submits_alike()
    {
        foreach (var form in Enum.GetValues<Form>())
        {
            var consumer = await Consumer.CreateAsync(form);
            await consumer.CommitAsync();

            var build = (await consumer.BuildAsync(["build", "-t:Submit", "-c", "Test", "-p:Dataset=fewgenomes", "-p:AnalysisDryRun=true"])).ShouldSucceed();

            build.Warnings.ShouldBeEmpty(form.ToString());
            build.RunsOf("SubmitAnalysis").ShouldBe(1);
            build.Programs.ShouldBeEmpty();
        }
    }

    [FactWithGit]
    public async Task A_checkout_with_crlf_builds_and_submits()
    {
        var origin = await Consumer.CreateAsync(Form.PinnedSdk);
        origin.Write(".gitattributes", "* text=auto\n");
        await origin.CommitAsync();
        var checkout = await Consumer.EmptyAsync();
        foreach (var file in Directory.EnumerateFiles(checkout.Folder)) File.Delete(file);
        await checkout.GitAsync("clone", "-q", "-c", "core.autocrlf=true", origin.Folder, ".");
        checkout.Read("hello.schema.toml").ShouldContain("\r\n");

        (await checkout.BuildAsync(["build", "-t:Submit", "-p:Dataset=fewgenomes", "-p:AnalysisDryRun=true"])).ShouldSucceed().Warnings.ShouldBeEmpty();

        (await checkout.DotnetAsync(["exec", "bin/Debug/net10.0/Analysis.dll"], ("CPG_CONFIG_PATH", checkout.PathOf("hello.toml")))).Output.ShouldStartWith("2 ");
    }

    [FactWithGit]
    public async Task A_token_of_the_environment_is_in_no_binary_log()
    {
        const string Token = "s3cr3t-t0ken-of-this-test";
        var consumer = await Consumer.CreateAsync();
        await consumer.CommitAsync();
        var build = await consumer.BuildAsync(["build", "-t:Submit", "-p:Dataset=fewgenomes", "-p:RunnerUrl=https://runner.invalid"], ("ANALYSIS_RUNNER_TOKEN", Token));

        // There is no such server, nor even a remote; the task has read what it would send by then or has not, and logged it in neither case.
        build.Succeeded.ShouldBeFalse();
        build.Output.ShouldNotContain(Token);
        var log = Directory.EnumerateFiles(consumer.Folder, "*.binlog").Single();
        await using var text = new System.IO.Compression.GZipStream(File.OpenRead(log), System.IO.Compression.CompressionMode.Decompress);
        using var content = new MemoryStream();
        await text.CopyToAsync(content);
        System.Text.Encoding.UTF8.GetString(content.ToArray()).ShouldNotContain(Token);
        System.Text.Encoding.UTF8.GetString(content.ToArray()).ShouldContain("runner.invalid");
    }
}
