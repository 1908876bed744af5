using AnalysisRunner.Storage.Gcs;
using AnalysisRunner.Storage.TestServers.Faults;
using AnalysisRunner.Storage.TestServers.Gcs;

namespace AnalysisRunner.Storage.Tests.Gcs;

/// <summary>What goes wrong on the way, and what is sent again: https://cloud.google.com/storage/docs/retry-strategy.</summary>
public sealed class GcsFaultTests : IAsyncLifetime
{
    private const int Chunk = 256 * 1024;
    private static readonly WriteOptions CreateOnly = new() { Condition = WriteCondition.CreateOnly };
    private static readonly StoragePath X = StoragePath.Parse("gs://bucket/x");

    private GcsTestServer _server = null!;
    private GcsStore _store = null!;

    private FaultPlan Faults => _server.Faults;

    public async Task InitializeAsync()
    {
        _server = await GcsTestServer.StartAsync();
        _server.Buckets.Create("bucket");
        _store = Open(new GcsStoreOptions());
    }

    public async Task DisposeAsync()
    {
        await _store.DisposeAsync();
        await _server.DisposeAsync();
    }

    private GcsStore Open(GcsStoreOptions options) => new(options with { Endpoint = _server.Endpoint, ChunkSize = Chunk, Attempts = 4 });

    private static bool IsPiece(string request) => request.StartsWith("PUT ", StringComparison.Ordinal);

    private static bool IsMedia(string request) => request.Contains("alt=media", StringComparison.Ordinal);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1000)]
    [InlineData(Chunk - 1)]
    [InlineData(Chunk)]
    public async Task An_upload_goes_on_after_a_cut_at_any_byte_of_any_piece(int cut)
    {
        var content = RandomContent.Of((2 * Chunk) + 5000);
        foreach (var piece in new[] { 1, 2, 3 })
        {
            var seen = 0;
            Faults.Next(request => IsPiece(request) && ++seen == piece, Fault.CutRequest(Math.Min(cut, piece == 3 ? 5000 : Chunk)));

            var written = await _store.WriteAsync(X, new OneWayStream(content));

            written.Sha256.ShouldBe(StoreReading.Sha256(content));
            (await _store.GetAsync(X)).AsSpan().SequenceEqual(content).ShouldBeTrue();
        }
    }

    [Theory]
    [InlineData(503)]
    [InlineData(500)]
    [InlineData(429)]
    [InlineData(408)]
    public async Task An_upload_goes_on_after_an_answer_that_was_lost(int status)
    {
        var content = RandomContent.Of((3 * Chunk) + 1);
        foreach (var fault in new[] { Fault.Before(status), Fault.After(status) })
            for (var piece = 1; piece <= 4; piece++)
            {
                var seen = 0;
                var wanted = piece;
                Faults.Next(request => IsPiece(request) && ++seen == wanted, fault);
                await _store.DeleteAsync(X);

                await _store.WriteAsync(X, new OneWayStream(content), CreateOnly);

                (await _store.GetAsync(X)).AsSpan().SequenceEqual(content).ShouldBeTrue();
            }
    }

    [Fact]
    public async Task An_upload_whose_length_is_a_multiple_of_the_piece_ends()
    {
        var content = RandomContent.Of(2 * Chunk);

        await _store.WriteAsync(X, new OneWayStream(content));

        (await _store.FindAsync(X))!.Sha256.ShouldBe(StoreReading.Sha256(content));
    }

    [Fact]
    public async Task What_is_idempotent_is_sent_again()
    {
        await _store.PutAsync(X, "content");
        foreach (var fault in new[] { Fault.Before(503), Fault.After(503), Fault.After(502), Fault.Before(504), Fault.CutAnswer(0), Fault.CutAnswer(5) })
        {
            Faults.Next(_ => true, fault);
            (await _store.FindAsync(X))!.Length.ShouldBe(7);
            Faults.Next(_ => true, fault with { Kind = fault.Kind == FaultKind.CutAnswer ? FaultKind.AnswerBefore : fault.Kind, Number = 503 });
            (await _store.NamesAsync(X.Parent)).ShouldBe(["x"]);
            Faults.Next(IsMedia, fault);
            (await _store.TextAsync(X)).ShouldBe("content");
        }
    }

    [Fact]
    public async Task A_conditional_write_is_sent_again_and_has_one_winner_who_learns_that_it_won()
    {
        foreach (var size in new[] { 10, (2 * Chunk) + 1 })
            foreach (var fault in new[] { Fault.Before(503), Fault.After(503), Fault.CutRequest(3) })
            {
                var content = RandomContent.Of(size);
                await _store.DeleteAsync(X);
                Faults.Next(request => request.Contains("/upload/", StringComparison.Ordinal), fault);

                var written = await _store.WriteAsync(X, new OneWayStream(content), CreateOnly);

                written.Version.ShouldBe((await _store.FindAsync(X))!.Version);
                await _store.WriteAsync(X, new OneWayStream(content), CreateOnly).RefusedAsync(StorageErrorKind.AlreadyExists, StorageCodes.AlreadyExists);
            }
    }

    [Fact]
    public async Task Conditional_copies_compositions_and_deletes_are_sent_again()
    {
        var source = X.Parent.Combine("source");
        await _store.PutAsync(source, "content");
        foreach (var fault in new[] { Fault.Before(503), Fault.After(503) })
        {
            Faults.Next(request => request.Contains("rewriteTo", StringComparison.Ordinal), fault);
            var copied = await _store.CopyAsync(source, X, CreateOnly);
            Faults.Next(request => request.StartsWith("DELETE", StringComparison.Ordinal), fault);
            await _store.DeleteAsync(X, copied.Version);
            (await _store.FindAsync(X)).ShouldBeNull();
            Faults.Next(request => request.Contains("compose", StringComparison.Ordinal), fault);
            await _store.ComposeAsync([source, source], X, CreateOnly);
            (await _store.TextAsync(X)).ShouldBe("contentcontent");
            await _store.DeleteAsync(X);
        }
    }

    [Fact]
    public async Task What_is_not_documented_as_idempotent_is_sent_once()
    {
        await _store.PutAsync(X, "old");
        var version = (await _store.FindAsync(X))!.Version;
        foreach (var work in new Func<Task>[]
        {
            () => _store.PutAsync(X, "new"),
            () => _store.DeleteAsync(X),
            () => _store.CopyAsync(X, X.Parent.Combine("copy")),
            () => _store.ComposeAsync([X], X.Parent.Combine("composed")),
        })
        {
            Faults.Requests.Clear();
            Faults.Next(request => !request.StartsWith("GET", StringComparison.Ordinal), Fault.Before(503), Fault.Before(503));

            await work().RefusedAsync(StorageErrorKind.Unavailable, StorageCodes.Unavailable);

            Faults.Requests.Count(request => !request.StartsWith("GET", StringComparison.Ordinal)).ShouldBe(1);
            Faults.Next(request => !request.StartsWith("GET", StringComparison.Ordinal), []);
            await DrainAsync();
        }
        (await _store.FindAsync(X))!.Version.ShouldBe(version);

        // The second fault of each round is used up by a request whose failure is expected.
        async Task DrainAsync() => await _store.DeleteAsync(X.Parent.Combine("none")).RefusedAsync(StorageErrorKind.Unavailable, StorageCodes.Unavailable);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(501)]
    public async Task Other_answers_are_final(int status)
    {
        Faults.Next(_ => true, Fault.Before(status));

        if (status == 404) (await _store.FindAsync(X)).ShouldBeNull();
        else await Should.ThrowAsync<StorageException>(() => _store.FindAsync(X));

        Faults.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Retries_end_with_the_attempts_or_with_the_budget()
    {
        Faults.Next(_ => true, Enumerable.Repeat(Fault.Before(503), 4));
        await _store.FindAsync(X).RefusedAsync(StorageErrorKind.Unavailable, StorageCodes.Unavailable);
        Faults.Requests.Count.ShouldBe(4);

        Faults.Next(_ => true, Enumerable.Repeat(Fault.Before(429), 4));
        await _store.FindAsync(X).RefusedAsync(StorageErrorKind.Throttled, StorageCodes.Throttled);

        Faults.Requests.Clear();
        await using var hasty = Open(new GcsStoreOptions { RetryBudget = TimeSpan.Zero });
        Faults.Next(_ => true, Fault.Before(503));
        await hasty.FindAsync(X).RefusedAsync(StorageErrorKind.Unavailable, StorageCodes.Unavailable);
        Faults.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_read_goes_on_where_it_broke_at_the_same_generation()
    {
        var content = RandomContent.Of(300_000);
        await _store.PutAsync(X, content);
        foreach (var cut in new[] { 0L, 1, 65536, 299_999 })
        {
            Faults.Requests.Clear();
            Faults.Next(IsMedia, Fault.CutAnswer(cut), Fault.CutAnswer(10));

            (await _store.GetAsync(X)).AsSpan().SequenceEqual(content).ShouldBeTrue();

            Faults.Requests.Count(IsMedia).ShouldBeInRange(2, 3);
        }
    }

    [Fact]
    public async Task What_is_altered_on_the_way_is_corrupt_and_leaves_the_old_object()
    {
        await _store.PutAsync(X, "the old content");

        // Behind the metadata, in the last bytes before the closing boundary.
        Faults.Next(request => request.Contains("uploadType=multipart", StringComparison.Ordinal), Fault.AlterRequest(1000));
        await _store.PutAsync(X, RandomContent.Of(5000)).RefusedAsync(StorageErrorKind.Corrupt, StorageCodes.Corrupt);
        Faults.Next(IsPiece, Fault.AlterRequest(77));
        await _store.WriteAsync(X, new OneWayStream(RandomContent.Of(3 * Chunk))).RefusedAsync(StorageErrorKind.Corrupt, StorageCodes.Corrupt);
        (await _store.TextAsync(X)).ShouldBe("the old content");

        Faults.Next(IsMedia, Fault.AlterAnswer(3));
        await _store.TextAsync(X).RefusedAsync(StorageErrorKind.Corrupt, StorageCodes.Corrupt);
    }

    [Fact]
    public async Task Silence_ends_with_the_timeout_and_the_next_try_may_succeed()
    {
        await _store.PutAsync(X, "content");
        await using var impatient = Open(new GcsStoreOptions { Timeout = TimeSpan.FromMilliseconds(300) });
        Faults.Next(_ => true, Fault.Silence);
        (await impatient.FindAsync(X))!.Length.ShouldBe(7);

        Faults.Next(_ => true, Enumerable.Repeat(Fault.Silence, 4));
        await impatient.FindAsync(X).RefusedAsync(StorageErrorKind.Unavailable, StorageCodes.TimedOut);
    }
}
