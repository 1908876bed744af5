using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Engines.Local;

namespace AnalysisRunner.Engines.Tests.Local;

/// <summary>Inputs from URLs and outputs to them, through a store that a test holds in its hands.</summary>
public sealed class FileTransferTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Store _store;

    public FileTransferTests() => _store = new Store(Directory.CreateDirectory(_folder["store"]).FullName);

    private LocalEngineOptions Options => new()
    {
        Directory = _folder["state"],
        MilliCpu = 4000,
        KillGrace = TimeSpan.FromMilliseconds(300),
        Transfers = [_store],
    };

    public void Dispose() => _folder.Dispose();

    [UnixFact]
    public async Task Brings_each_input_once_and_uploads_outputs()
    {
        await File.WriteAllTextAsync(_store.PathOf("mem://bucket/in"), "from the store\n");
        await using var engine = await LocalEngine.OpenAsync(Options, CancellationToken.None);
        var jobs = Enumerable.Range(1, 8).Select(id => Specs.Job(id, $"cp \"$BATCH_TMPDIR/in\" \"$BATCH_TMPDIR/out{id}\"") with
        {
            MilliCpu = 100,
            InputFiles = [new("mem://bucket/in", "in")],
            OutputFiles = [new($"out{id}", $"mem://bucket/out{id}")],
        }).ToArray();

        var batch = await engine.RunAsync(Specs.Batch("b", jobs));

        batch.State.ShouldBe(BatchState.Succeeded, batch.Reason);
        _store.Downloads.ShouldBe(1);
        (await File.ReadAllTextAsync(_store.PathOf("mem://bucket/out8"))).ShouldBe("from the store\n");
    }

    [UnixFact]
    public async Task A_transfer_that_fails_is_the_reason_and_leaves_no_part_behind()
    {
        await using var engine = await LocalEngine.OpenAsync(Options, CancellationToken.None);

        await engine.RunAsync(Specs.Batch("b", Specs.Job(1, "true") with { InputFiles = [new("mem://bucket/absent", "in")] },
            Specs.Job(2, "touch \"$BATCH_TMPDIR/out\"") with { OutputFiles = [new("out", "mem://refused")] }));

        (await engine.JobAsync("b", 1)).Reason!.ShouldStartWith(EngineCodes.InputNotBrought);
        (await engine.JobAsync("b", 2)).Reason!.ShouldStartWith(EngineCodes.OutputNotDelivered);
        (await engine.JobAsync("b", 2)).Reason!.ShouldContain("the store says no");
        Directory.GetFileSystemEntries(Path.Combine(Options.Directory, "batches/b/incoming")).ShouldBeEmpty();
    }

    [UnixTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Cancelling_ends_a_transfer(bool isInput)
    {
        await using var engine = await LocalEngine.OpenAsync(Options, CancellationToken.None);
        var job = isInput ? Specs.Job(1, "true") with { InputFiles = [new("mem://hangs", "in")] }
            : Specs.Job(1, "touch \"$BATCH_TMPDIR/out\"") with { OutputFiles = [new("out", _folder["local"]), new("out", "mem://hangs")] };
        await engine.SubmitAsync(Specs.Batch("b", job), CancellationToken.None);
        await _store.Hanging.Task.WaitAsync(TimeSpan.FromMinutes(1));

        await engine.CancelAsync("b", "test", CancellationToken.None);

        (await engine.EndAsync("b")).State.ShouldBe(BatchState.Cancelled);
        File.Exists(_folder["local"]).ShouldBeFalse();
    }

    [UnixFact]
    public async Task A_delivery_that_the_engine_did_not_finish_is_done_by_the_next()
    {
        await using (var engine = await LocalEngine.OpenAsync(Options, CancellationToken.None))
        {
            await engine.SubmitAsync(Specs.Batch("b", Specs.Job(1, $"echo ran >> '{_folder["ran"]}'; echo out > \"$BATCH_TMPDIR/out\"") with
            {
                OutputFiles = [new("out", _folder["local"]), new("out", "mem://hangs")],
            }), CancellationToken.None);
            await _store.Hanging.Task.WaitAsync(TimeSpan.FromMinutes(1));
        }
        File.Exists(_folder["local"]).ShouldBeFalse();
        _store.Hangs = false;

        await using var next = await LocalEngine.OpenAsync(Options, CancellationToken.None);

        (await next.EndAsync("b")).State.ShouldBe(BatchState.Succeeded);
        (await File.ReadAllTextAsync(_folder["local"])).ShouldBe("out\n");
        (await File.ReadAllTextAsync(_folder["ran"])).ShouldBe("ran\n");
    }

    private sealed class Store(string folder) : IFileTransfer
    {
        private int _downloads;

        public int Downloads => _downloads;

        public bool Hangs { get; set; } = true;

        public TaskCompletionSource Hanging { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public string PathOf(string url) => Path.Combine(folder, url.Replace('/', '_'));

        public bool Handles(string url) => url.StartsWith("mem://", StringComparison.Ordinal);

        public async Task DownloadAsync(string from, string to, CancellationToken cancellation)
        {
            Interlocked.Increment(ref _downloads);
            await File.WriteAllTextAsync(to, "half", cancellation);
            await HangAsync(from, cancellation);
            File.Copy(PathOf(from), to, overwrite: true);
        }

        public async Task UploadAsync(string from, string to, CancellationToken cancellation)
        {
            if (to == "mem://refused") throw new IOException("the store says no.");
            await HangAsync(to, cancellation);
            File.Copy(from, PathOf(to), overwrite: true);
        }

        private async Task HangAsync(string url, CancellationToken cancellation)
        {
            if (url != "mem://hangs" || !Hangs) return;
            Hanging.TrySetResult();
            await Task.Delay(Timeout.Infinite, cancellation);
        }
    }
}
