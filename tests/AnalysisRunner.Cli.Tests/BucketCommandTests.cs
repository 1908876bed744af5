using System.Text.Json;
using AnalysisRunner.Storage.TestServers.Ceph;
using AnalysisRunner.Storage.TestServers.Gcs;

namespace AnalysisRunner.Cli.Tests;

/// <summary>The commands of 'storage' on the stores that are no files: a server of Google Cloud Storage's behaviour, and Ceph's S3 gateway.</summary>
public sealed class BucketCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Objects_of_gs_are_copied_listed_read_and_removed()
    {
        await using var server = await GcsTestServer.StartAsync();
        server.Buckets.Create("cohort");
        await UseAsync("gs://cohort", new Dictionary<string, string> { ["STORAGE_EMULATOR_HOST"] = server.Endpoint.ToString() });
    }

    [CephFact]
    public async Task Objects_of_s3_are_copied_listed_read_and_removed()
    {
        await using var server = await CephGateway.StartAsync();
        await server.CreateBucketAsync("cohort");
        await UseAsync("s3://cohort", server.Variables());
    }

    public void Dispose() => _folder.Dispose();

    private async Task UseAsync(string bucket, Dictionary<string, string> environment)
    {
        async Task<Outcome> StorageAsync(params string[] words) => await CliProcess.RunAsync(_folder.Path, environment, "", ["storage", .. words]);
        _folder.Write("data/a.txt", "12345");
        _folder.Write("data/deep/b.txt", "1");

        var copied = await StorageAsync("cp", "-r", "data", bucket + "/v1");
        copied.ExitCode.ShouldBe(ExitCodes.Success, copied.Error);
        (await StorageAsync("ls", bucket + "/v1")).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('\t')).Select(cells => (cells[0], cells[2]))
            .ShouldBe([("5", bucket + "/v1/a.txt"), ("", bucket + "/v1/deep/")]);
        (await StorageAsync("cat", bucket + "/v1/a.txt", bucket + "/v1/deep/b.txt")).Output.ShouldBe("123451");
        using var stat = JsonDocument.Parse((await StorageAsync("stat", bucket + "/v1/a.txt", "--json")).Output);
        stat.RootElement.GetProperty("bytes").GetInt64().ShouldBe(5);
        stat.RootElement.GetProperty("sha256").GetString().ShouldBe("5994471abb01112afcc18159f6cc74b4f511b99806da59b3caf5a9c173cacfc5");
        (await StorageAsync("cp", "--no-clobber", "data/a.txt", bucket + "/v1/a.txt")).Error.ShouldContain("AR7004");
        (await StorageAsync("cp", bucket + "/v1/a.txt", "back.txt")).ExitCode.ShouldBe(ExitCodes.Success);
        File.ReadAllText(_folder["back.txt"]).ShouldBe("12345");
        (await StorageAsync("cp", bucket + "/v1/a.txt", bucket + "/v2/")).ExitCode.ShouldBe(ExitCodes.Success);
        (await StorageAsync("rm", "-r", "--yes", bucket + "/v1")).ExitCode.ShouldBe(ExitCodes.Success);
        using var left = JsonDocument.Parse((await StorageAsync("ls", "-r", "--json", bucket)).Output);
        left.RootElement.EnumerateArray().Select(entry => entry.GetProperty("path").GetString()).ShouldBe([bucket + "/v2/a.txt"]);
        (await StorageAsync("cat", bucket + "/none")).Error.ShouldContain("AR7003");
    }
}

/// <summary>A test that needs Ceph's gateway, git and bash.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class CephFactAttribute : FactAttribute
{
    public CephFactAttribute()
    {
        Skip = new FactWithGitAttribute().Skip;
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        if (CephGateway.Programs.FirstOrDefault(program => !folders.Any(folder => File.Exists(Path.Combine(folder, program)))) is { } missing) Skip = $"needs {missing}";
    }
}
