using System.Text.Json;
using Amazon.Runtime;
using AnalysisRunner.Storage;
using AnalysisRunner.Storage.Gcs;
using AnalysisRunner.Storage.S3;
using AnalysisRunner.Storage.TestServers.Ceph;
using AnalysisRunner.Storage.TestServers.Gcs;

namespace AnalysisRunner.Cli.Tests;

/// <summary>A run is made again and compared, on the real server with real runs.</summary>
public sealed class ReproduceTests(LocalRunFixture local) : IClassFixture<LocalRunFixture>
{
    // The paths of the storage, as every language can read them from the config.
    private const string Paths = "#!/usr/bin/env bash\nset -euo pipefail\n. <(sed -n 's/^output_prefix = /prefix=/p; s/^default = /default=/p; s/^web = /web=/p' \"$CPG_CONFIG_PATH\")\nout=$default/$prefix\nmkdir -p \"$out\" \"$web/$prefix\"\n";

    [FactWithGit]
    public async Task A_run_that_makes_the_same_again_is_reproduced()
    {
        var guid = await RunAsync("same.sh", "seq 1000 > \"$out/numbers.txt\"; mkdir \"$out/deep\"; echo \"$1 $MODE\" > \"$out/deep/words.txt\"; echo '<p>' > \"$web/$prefix/index.html\"", "-e", "MODE=fast");

        (await local.RunAsync("reproduce", guid)).ExitCode.ShouldBe(ExitCodes.RefusedByServer, "values of variables are not kept");
        var reproduced = await local.RunAsync("reproduce", guid, "-e", "MODE=fast");

        reproduced.ExitCode.ShouldBe(ExitCodes.Success, reproduced.Error);
        reproduced.Output.ShouldBe("same\tdefault\tdeep/words.txt\t11\t11\nsame\tdefault\tnumbers.txt\t3893\t3893\nsame\tweb\tindex.html\t4\t4\n");
        reproduced.Error.ShouldContain("Of 3 outputs: 3 same.");
        reproduced.Error.ShouldNotContain("AR1077");
        using var other = JsonDocument.Parse((await local.RunAsync("reproduce", guid, "-e", "MODE=slow", "--json")).Output);
        other.RootElement.GetProperty("reproduced").GetBoolean().ShouldBeFalse();
        other.RootElement.GetProperty("outputs").EnumerateArray().Select(one => one.GetProperty("result").GetString()).ShouldBe(["different", "same", "same"]);
    }

    [FactWithGit]
    public async Task A_run_that_writes_the_time_is_not()
    {
        var guid = await RunAsync("time.sh", "date +%s.%N > \"$out/time.txt\"; date +%s%N > \"$out/$(date +%s%N).txt\"; echo same > \"$out/same.txt\"");

        var different = await local.RunAsync("reproduce", guid, "--json");

        different.ExitCode.ShouldBe(ExitCodes.Different, different.Error);
        different.Error.ShouldContain("Of 4 outputs: 1 same, 1 different, 1 missing, 1 added.");
        different.Error.ShouldContain("AR1077");
        using var report = JsonDocument.Parse(different.Output);
        var outputs = report.RootElement.GetProperty("outputs").EnumerateArray().ToDictionary(one => one.GetProperty("path").GetString()!);
        outputs["same.txt"].GetProperty("result").GetString().ShouldBe("same");
        var (before, after) = (outputs["time.txt"].GetProperty("invocation"), outputs["time.txt"].GetProperty("repetition"));
        outputs["time.txt"].GetProperty("result").GetString().ShouldBe("different");
        before.GetProperty("bytes").GetInt64().ShouldBe(after.GetProperty("bytes").GetInt64());
        before.GetProperty("sha256").GetString().ShouldNotBe(after.GetProperty("sha256").GetString());
        // Both are there, each in its own place; and compared again without a run, in either direction.
        var (first, second) = (report.RootElement.GetProperty("invocation"), report.RootElement.GetProperty("repetition"));
        first.GetProperty("outputPath").GetString().ShouldNotBe(second.GetProperty("outputPath").GetString());
        File.Exists(Path.Combine(first.GetProperty("outputPath").GetString()!, "time.txt")).ShouldBeTrue();
        var repetition = second.GetProperty("arGuid").GetString()!;
        (await local.RunAsync("reproduce", guid, "--against", guid)).ExitCode.ShouldBe(ExitCodes.Success);
        (await local.RunAsync("reproduce", repetition, "--against", guid)).ExitCode.ShouldBe(ExitCodes.Different);
        using var shown = JsonDocument.Parse((await local.RunAsync("show", repetition, "--json")).Output);
        shown.RootElement.GetProperty("rerunOf").GetString().ShouldBe(guid);
        shown.RootElement.GetProperty("rerunChanges").EnumerateArray().ShouldBeEmpty("the server chose the prefix then, and chooses another now");
    }

    [FactWithGit]
    public async Task A_run_that_ends_otherwise_is_not_reproduced()
    {
        var flag = Path.Combine(local.Root, "..", "once");
        var guid = await RunAsync("once.sh", $"echo x > \"$out/x.txt\"; mkdir '{flag}'");
        var failed = await local.RunAsync("reproduce", guid);
        failed.ExitCode.ShouldBe(ExitCodes.RunFailed, failed.Error);
        failed.Output.ShouldBe("same\tdefault\tx.txt\t2\t2\n");
        failed.Error.ShouldContain("AR1077");
    }

    [FactWithGit]
    public async Task An_output_or_its_folder_names_the_invocation()
    {
        var guid = await RunAsync("found.sh", "mkdir \"$out/deep\"; echo found > \"$out/deep/found.txt\"");
        var folder = await OutputPathAsync(guid);

        foreach (var path in new[] { Path.Combine(folder, "deep", "found.txt"), Path.Combine(folder, "deep"), folder, folder + "/" })
        {
            var found = await local.RunAsync("reproduce", path, "--against", guid);
            found.ExitCode.ShouldBe(ExitCodes.Success, found.Error);
            found.Error.ShouldContain($"Invocation {guid} of");
        }

        // Where the metadata is gone, the record knows.
        Directory.Delete(Path.Combine(folder, ".analysis-runner"), recursive: true);
        (await local.RunAsync("reproduce", Path.Combine(folder, "deep", "found.txt"), "--against", guid)).Error.ShouldContain($"Invocation {guid} of");

        // What was changed since was not made by it.
        await File.WriteAllTextAsync(Path.Combine(folder, "deep", "found.txt"), "edited\n");
        var changed = await local.RunAsync("reproduce", Path.Combine(folder, "deep", "found.txt"));
        changed.ExitCode.ShouldBe(ExitCodes.Failed);
        changed.Error.ShouldContain("AR1075");
        changed.Error.ShouldContain(guid);
    }

    [FactWithGit]
    public async Task Of_several_invocations_it_is_the_one_that_made_what_is_there()
    {
        local.Write("overwritten.sh", Paths + "echo \"$1\" > \"$out/kept-$1.txt\"; echo \"$1\" > \"$out/shared.txt\"\n");
        local.Commit("Overwrite");
        var first = await SubmitAsync("overwritten.sh", "1", "--output-dir", "shared");
        var second = await SubmitAsync("overwritten.sh", "2", "--output-dir", "shared");
        var folder = await OutputPathAsync(first);

        (await local.RunAsync("reproduce", Path.Combine(folder, "shared.txt"), "--against", second)).Error.ShouldContain($"Invocation {second} of");
        (await local.RunAsync("reproduce", Path.Combine(folder, "kept-1.txt"), "--against", first)).Error.ShouldContain($"Invocation {first} of");
    }

    [FactWithGit]
    public async Task Outputs_that_were_moved_to_gs_with_their_metadata_are_found_there()
    {
        await using var server = await GcsTestServer.StartAsync();
        server.Buckets.Create("archive");
        await using var store = new GcsStore(new GcsStoreOptions { Endpoint = server.Endpoint });
        await FindMovedAsync("gs://archive", store, new Dictionary<string, string> { ["STORAGE_EMULATOR_HOST"] = server.Endpoint.ToString() });
    }

    [CephFact]
    public async Task Outputs_that_were_moved_to_s3_with_their_metadata_are_found_there()
    {
        await using var server = await CephGateway.StartAsync();
        await server.CreateBucketAsync("archive");
        await using var store = new S3Store(new S3StoreOptions { Endpoint = server.Endpoint, Credentials = new BasicAWSCredentials(CephGateway.AccessKey, CephGateway.SecretKey) });
        await FindMovedAsync("s3://archive", store, server.Variables());
    }

    [FactWithGit]
    public async Task Says_why_there_is_nothing_to_compare()
    {
        var empty = await RunAsync("empty.sh", "true");
        (await local.RunAsync("reproduce", empty)).Error.ShouldContain("AR1076");
        (await local.RunAsync("reproduce", "a0000000-0000-4000-8000-000000000000")).Error.ShouldContain("AR6040");
        (await local.RunAsync("reproduce", Path.Combine(local.Root, "nothing-there"))).Error.ShouldContain("AR1074");
        var guid = await RunAsync("prefix.sh", "echo x > \"$out/x\"", "--output-dir", "of-its-own");
        (await local.RunAsync("reproduce", guid, "--output-dir", "of-its-own")).ExitCode.ShouldBe(ExitCodes.Usage);
        var submitted = await local.RunAsync("--dataset", "reproduced", "waits.sh");
        var waiting = submitted.Output.Trim()[^36..];
        (await local.RunAsync("reproduce", waiting)).Error.ShouldContain("Wait for its end");
        (await local.RunAsync("cancel", "--yes", waiting)).ExitCode.ShouldBe(0);
    }

    private async Task FindMovedAsync(string bucket, IObjectStore store, IReadOnlyDictionary<string, string> credentials)
    {
        var guid = await RunAsync($"moved-{bucket[..2]}.sh", "mkdir \"$out/deep\"; echo moved > \"$out/deep/moved.txt\"");
        var folder = await OutputPathAsync(guid);
        var objects = new[] { "deep/moved.txt", $".analysis-runner/{guid}.json" }.ToDictionary(name => name, name => StoragePath.Parse($"{bucket}/v1/{name}"));
        foreach (var (name, path) in objects)
        {
            await using var content = File.OpenRead(Path.Combine(folder, name));
            await store.WriteAsync(path, content);
        }
        var environment = new Dictionary<string, string>(local.Environment.Concat(credentials));
        Task<Outcome> ReproduceAsync(params string[] words) => CliProcess.RunAsync(local.Root, environment, "", ["reproduce", .. words]);

        var found = await ReproduceAsync($"{bucket}/v1/deep/moved.txt");
        found.ExitCode.ShouldBe(ExitCodes.Success, found.Error);
        found.Output.ShouldBe("same\tdefault\tdeep/moved.txt\t6\t6\n");
        (await ReproduceAsync($"{bucket}/v1/deep", "--against", guid)).Error.ShouldContain($"Invocation {guid} of");

        // What was changed there was not made by it; and without its metadata nothing says whose it was.
        await store.WriteAsync(objects["deep/moved.txt"], new MemoryStream("edited"u8.ToArray()));
        var changed = await ReproduceAsync($"{bucket}/v1/deep/moved.txt");
        (changed.ExitCode, changed.Error.Contains("AR1075", StringComparison.Ordinal)).ShouldBe((ExitCodes.Failed, true), changed.Error);
        await store.DeleteAsync([.. objects.Values]);
        var none = await ReproduceAsync($"{bucket}/v1/deep/moved.txt");
        (none.ExitCode, none.Error.Contains("AR1074", StringComparison.Ordinal)).ShouldBe((ExitCodes.Failed, true), none.Error);
    }

    private Task<string> RunAsync(string script, string body, params string[] options)
    {
        local.Write(script, Paths + body + "\n");
        local.Commit("Write " + script);
        return SubmitAsync(script, "hello", options);
    }

    private async Task<string> SubmitAsync(string script, string argument, params string[] options)
    {
        var submitted = await local.RunAsync(["--dataset", "reproduced", .. options, script, argument]);
        submitted.ExitCode.ShouldBe(0, submitted.Error);
        var guid = submitted.Output.Trim()[^36..];
        var ended = await local.RunAsync("log", "-f", guid);
        ended.ExitCode.ShouldBe(0, ended.Output + ended.Error);
        return guid;
    }

    private async Task<string> OutputPathAsync(string guid)
    {
        using var shown = JsonDocument.Parse((await local.RunAsync("show", guid, "--json")).Output);
        return shown.RootElement.GetProperty("outputPath").GetString()!;
    }
}
