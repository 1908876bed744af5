using AnalysisRunner.Contracts;
using AnalysisRunner.Engines.Local;
using AnalysisRunner.Storage;
using AnalysisRunner.Storage.Files;

namespace AnalysisRunner.Engines.Tests.Local;

/// <summary>Inputs and outputs of jobs in an object store; the store of files stands for all, which pass one contract.</summary>
public sealed class ObjectStoreTransferTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [UnixTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Brings_inputs_and_delivers_outputs_with_their_digests_only_after_success(bool succeeds)
    {
        await using var stores = new ObjectStores(new FileStore());
        var place = StoragePath.FromLocal(_folder["bucket"]);
        await stores.For(place).WriteAsync(place.Combine("in"), new MemoryStream("content"u8.ToArray()));
        await using var engine = await LocalEngine.OpenAsync(
            new LocalEngineOptions { Directory = _folder["state"], Transfers = [new ObjectStoreTransfer(stores)] }, CancellationToken.None);

        var batch = await engine.RunAsync(Specs.Batch("b", Specs.Job(1, $"cp \"$BATCH_TMPDIR/in\" \"$BATCH_TMPDIR/out\"; {(succeeds ? "true" : "false")}") with
        {
            InputFiles = [new(place.Combine("in").ToString(), "in")],
            OutputFiles = [new("out", place.Combine("run/out").ToString())],
        }));

        batch.State.ShouldBe(succeeds ? BatchState.Succeeded : BatchState.Failed);
        var delivered = await stores.For(place).FindAsync(place.Combine("run/out"));
        (delivered?.Length, delivered?.Sha256 is not null).ShouldBe(succeeds ? (7, true) : (null, false));
    }

    [UnixTheory]
    [InlineData("gs", "AnalysisRunner.Storage.Gcs")]
    [InlineData("s3", "AnalysisRunner.Storage.S3")]
    public async Task A_store_without_its_package_is_told_before_a_job_works_for_it(string scheme, string package)
    {
        await using var stores = new ObjectStores();
        await using var engine = await LocalEngine.OpenAsync(
            new LocalEngineOptions { Directory = _folder["state"], Transfers = [new ObjectStoreTransfer(stores)] }, CancellationToken.None);
        var spec = Specs.Batch("b", Specs.Job(1, "true") with { OutputFiles = [new("out", $"{scheme}://bucket/out")] });

        var problem = (await engine.SubmitAsync(spec, CancellationToken.None).ShouldThrowAsync<AnalysisRunnerException>()).Problems.ShouldHaveSingleItem();

        problem.Code.ShouldBe("AR6222");
        problem.Message.ShouldContain($"can neither read nor write \"{scheme}://bucket/out\"");
        problem.Message.ShouldContain($"dotnet add package {package}.");
    }
}
