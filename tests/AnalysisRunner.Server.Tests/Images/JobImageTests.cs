using AnalysisRunner.Client;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Engines;
using AnalysisRunner.Server.Images;
using AnalysisRunner.Server.Policies;
using AnalysisRunner.Server.Settings;
using AnalysisRunner.Server.Tests.Hosting;
using AnalysisRunner.Server.Tests.Pages;
using AnalysisRunner.Server.Tests.Record;
using AnalysisRunner.Server.Tests.Runs;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace AnalysisRunner.Server.Tests.Images;

/// <summary>The images of jobs become digests when their batch is handed over.</summary>
public sealed class JobImageTests
{
    private const string Digest = "sha256:6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b";

    [RegistryFact]
    public async Task A_job_has_the_digest_that_its_tag_had_when_its_batch_was_handed_over()
    {
        await using var registry = await DockerRegistry.StartAsync();
        var (name, first, time) = ($"{registry.Host}/tools/count", await registry.PushAsync("tools/count", "1", "first"), new ShiftedTime());
        await using var server = await StartAsync(registry, time);
        await using var run = await RunningAsync(server, "standard");

        // What somebody says that an image means does not count.
        JobSpec[] jobs = [Job(1, name + ":1") with { ResolvedImage = "evil@" + Digest }, Job(2, $"{name}@{first}"), Job(3, null) with { ResolvedImage = "evil@" + Digest }, Job(4, name + ":1")];
        var before = await run.Api.SubmitBatchAsync(Batch("before", jobs), TestRunner.Limit());
        var second = await registry.PushAsync("tools/count", "1", "second");
        time.Advance(TimeSpan.FromMinutes(2));
        var after = await run.Api.SubmitBatchAsync(Batch("after", Job(1, name + ":1")), TestRunner.Limit());

        (string?, string?)[] expected = [($"{name}:1", $"{name}@{first}"), ($"{name}@{first}", $"{name}@{first}"), (null, null), ($"{name}:1", $"{name}@{first}")];
        (await run.Api.GetJobsAsync(before.Key, 0, 10, TestRunner.Limit())).Select(job => (job.Image, job.ResolvedImage)).ShouldBe(expected);
        (await server.Server.Services.GetRequiredService<IBatchEngine>().GetJobSpecsAsync(before.Key, 0, 10, TestRunner.Limit())).Select(job => (job.Image, job.ResolvedImage)).ShouldBe(expected);
        (await run.Api.GetJobsAsync(after.Key, 0, 10, TestRunner.Limit())).ShouldHaveSingleItem().ResolvedImage.ShouldBe($"{name}@{second}");
        using (var page = await PageSession.SignInAsync(server)) (await page.GetStringAsync($"/batches/{before.Key}/jobs/1")).ShouldContain($"image {name}:1, which is {name}@{first}");

        // The record keeps it, in order, when the engine has forgotten the batches.
        var events = await server.InvocationLog.ListEventsAsync(run.ArGuid, 0, 1000, TestRunner.Limit());
        events.Select(found => found.Detail).Where(detail => detail.Contains(" is ", StringComparison.Ordinal)).ShouldBe([$"before: {name}:1 is {name}@{first}", $"after: {name}:1 is {name}@{second}"]);
        (await run.EndAsync()).State.ShouldBe(InvocationState.Succeeded);
    }

    [RegistryFact]
    public async Task A_batch_with_an_image_that_is_not_known_is_refused_whole_and_can_be_sent_again()
    {
        await using var registry = await DockerRegistry.StartAsync();
        var (name, digest, time) = ($"{registry.Host}/tools/count", await registry.PushAsync("tools/count", "1", "content"), new ShiftedTime());
        await using var server = await StartAsync(registry, time);
        await using var run = await RunningAsync(server, "standard");
        var good = Batch("good", Job(1, name + ":1"));
        var accepted = await run.Api.SubmitBatchAsync(good, TestRunner.Limit());

        var refused = await RefusalAsync(run, Batch("late", Job(1, name + ":2"), Job(2, $"{registry.Host}/tools/UPPER"), Job(3, name + ":1")));
        refused.Select(problem => (problem.Code, problem.Field)).ShouldBe([(ImageCodes.NotFound, "image"), (ImageCodes.Malformed, "image")]);
        refused[0].Message.ShouldContain($"'{name}:2'");
        (await server.InvocationLog.ListBatchesAsync(run.ArGuid, TestRunner.Limit())).ShouldHaveSingleItem().Key.ShouldBe(accepted.Key);
        var pushed = await registry.PushAsync("tools/count", "2", "pushed late");
        time.Advance(TimeSpan.FromMinutes(2));
        var late = await run.Api.SubmitBatchAsync(Batch("late", Job(1, name + ":2")), TestRunner.Limit());
        (await run.Api.GetJobsAsync(late.Key, 0, 10, TestRunner.Limit())).ShouldHaveSingleItem().ResolvedImage.ShouldBe($"{name}@{pushed}");

        await registry.StopAsync();
        time.Advance(TimeSpan.FromMinutes(2));
        (await RefusalAsync(run, Batch("away", Job(1, name + ":1")))).ShouldHaveSingleItem().Code.ShouldBe(ImageCodes.NotResolved);
        // What it has already it need not ask about, and what is named by its digest neither.
        (await run.Api.SubmitBatchAsync(good, TestRunner.Limit())).ShouldBe(accepted);
        await run.Api.SubmitBatchAsync(Batch("named", Job(1, $"{name}@{digest}")), TestRunner.Limit());
    }

    [RegistryFact]
    public async Task At_level_test_a_digest_is_had_where_it_can_be()
    {
        await using var registry = await DockerRegistry.StartAsync();
        var (name, digest) = ($"{registry.Host}/tools/count", await registry.PushAsync("tools/count", "1", "content"));
        await using var server = await StartAsync(registry, new ShiftedTime());
        await using var run = await RunningAsync(server, "test");

        var batch = await run.Api.SubmitBatchAsync(Batch("b", Job(1, name + ":1"), Job(2, name + ":2"), Job(3, "elsewhere.example.org/x:1"), Job(4, "/images/tool.sif")), TestRunner.Limit());

        (await run.Api.GetJobsAsync(batch.Key, 0, 10, TestRunner.Limit())).Select(job => job.ResolvedImage).ShouldBe([$"{name}@{digest}", null, null, null]);
    }

    [Fact]
    public async Task Registries_are_asked_once_about_an_image_however_many_jobs_name_it()
    {
        await using var registry = await OddRegistry.StartAsync(Answer);
        using var resolution = new ImageResolution(TimeProvider.System);
        var jobs = Enumerable.Range(1, 100_000).Select(id => Job(id, $"{registry.Host}/tool{id % 3}:1")).ToArray();

        var resolved = await Images(resolution, registry.Host).ResolveAsync(Batch("b", jobs), Standard, TestRunner.Limit());

        registry.Requests.ShouldBe(3);
        resolved.Batch.Jobs.ShouldAllBe(job => job.ResolvedImage == $"{registry.Host}/tool{job.Id % 3}@{Digest}");
        resolved.Found.Count.ShouldBe(3);
    }

    [Fact]
    public async Task A_batch_may_have_registries_asked_about_so_many_images()
    {
        await using var registry = await OddRegistry.StartAsync(Answer);
        using var resolution = new ImageResolution(TimeProvider.System);
        var images = Images(resolution, registry.Host);
        var most = Enumerable.Range(1, JobImages.MaximumAsked).Select(id => Job(id, $"{registry.Host}/tool{id}:1")).ToArray();
        var byDigest = Enumerable.Range(most.Length + 1, 50).Select(id => Job(id, $"{registry.Host}/tool{id}@{Digest}"));

        var refusal = await Should.ThrowAsync<AnalysisRunnerException>(images.ResolveAsync(Batch("b", [.. most, Job(most.Length + 1, $"{registry.Host}/more:1")]), Standard, TestRunner.Limit()));

        refusal.Problems.ShouldHaveSingleItem().Code.ShouldBe(ImageCodes.TooMany);
        registry.Requests.ShouldBe(0);
        (await images.ResolveAsync(Batch("b", [.. most, .. byDigest]), Standard, TestRunner.Limit())).Batch.Jobs.ShouldAllBe(job => job.ResolvedImage != null);
        registry.Requests.ShouldBe(most.Length);
    }

    [Fact]
    public async Task A_server_that_names_no_registries_asks_nobody_and_leaves_a_batch_as_it_is()
    {
        await using var registry = await OddRegistry.StartAsync(Answer);
        using var resolution = new ImageResolution(TimeProvider.System);
        var batch = Batch("b", Job(1, $"{registry.Host}/tool:1"), Job(2, null));

        (await Images(resolution, null).ResolveAsync(batch, Standard, TestRunner.Limit())).Batch.ShouldBeSameAs(batch);
        registry.Requests.ShouldBe(0);
    }

    [Fact]
    public async Task Nothing_more_starts_of_a_dataset_that_was_taken_out_of_the_settings()
    {
        using var resolution = new ImageResolution(TimeProvider.System);

        var refusal = await Should.ThrowAsync<AnalysisRunnerException>(Images(resolution, null).ResolveAsync(Batch("b", Job(1, null)), Standard with { Dataset = "gone" }, TestRunner.Limit()));

        refusal.Problems.ShouldHaveSingleItem().Code.ShouldBe(PolicyCodes.DatasetUnknown);
    }

    private static Invocation Standard => Samples.Submission(1).Invocation with { Dataset = "ds1", AccessLevel = AccessLevel.Standard };

    private static Task Answer(HttpContext context)
    {
        context.Response.Headers["Docker-Content-Digest"] = Digest;
        return Task.CompletedTask;
    }

    private static JobImages Images(ImageResolution resolution, string? prefix)
    {
        var dataset = new DatasetPolicy
        {
            Name = "ds1",
            Members = new HashSet<string>(),
            Levels = new Dictionary<AccessLevel, IReadOnlySet<string>?>(),
            ImagePrefixes = prefix is null ? null : [prefix],
        };
        return new JobImages(
            new CurrentSettings(new ServerSettings
            {
                Fixed = new FixedSettings { State = "/", PublicUrl = "http://localhost" },
                Code = new CodeSettings(),
                Issuers = [],
                Policy = new Policy { Datasets = new Dictionary<string, DatasetPolicy> { ["ds1"] = dataset } },
            }),
            resolution);
    }

    private static BatchSpec Batch(string key, params JobSpec[] jobs) => new() { Key = key, Name = key, Jobs = jobs };

    private static JobSpec Job(int id, string? image) => new() { Id = id, Name = "job", Command = "true", Image = image };

    private static Task<TestServer> StartAsync(DockerRegistry registry, ShiftedTime time) => TestServer.StartAsync(
        "[local_engine]\nimages = \"ignore\"\n\n" + TestServer.DefaultDatasets, time: time,
        prepare: server => server.Images = $"driver_image = \"{TestServer.DriverImage}\"\nimage_prefixes = [\"{registry.Host}/tools/\"]");

    private static async Task<IReadOnlyList<Problem>> RefusalAsync(RunningDriver run, BatchSpec batch) =>
        (await Should.ThrowAsync<AnalysisRunnerException>(run.Api.SubmitBatchAsync(batch, TestRunner.Limit()))).Problems;

    private static async Task<RunningDriver> RunningAsync(TestServer server, string level)
    {
        var gate = new Gate(server.Repository.Root);
        var request = TestServer.Request(server.PushScript($"cat '{gate.Path}'"), "./run.sh") with { AccessLevel = level };
        var arGuid = (await server.SubmitAsync(request)).ArGuid;
        return new RunningDriver(server, gate, arGuid, await server.DriverAsync(arGuid));
    }

    /// <summary>A driver that waits while a test hands batches over in its name.</summary>
    private sealed class RunningDriver(TestServer server, Gate gate, string arGuid, AnalysisRunnerApi api) : IAsyncDisposable
    {
        private bool _isReleased;

        public string ArGuid => arGuid;

        /// <summary>The API with its token.</summary>
        public AnalysisRunnerApi Api => api;

        public async Task<Invocation> EndAsync()
        {
            if (!_isReleased) gate.Open();
            _isReleased = true;
            return await server.EndOfAsync(arGuid);
        }

        public async ValueTask DisposeAsync()
        {
            await EndAsync();
            api.Dispose();
            gate.Dispose();
        }
    }
}
