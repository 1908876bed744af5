using System.Security.Cryptography;
using System.Text;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Images;
using AnalysisRunner.Server.Policies;
using AnalysisRunner.Server.Tests.Hosting;
using Microsoft.AspNetCore.Http;

namespace AnalysisRunner.Server.Tests.Images;

/// <summary>Tags become digests: by the real registry, with and without users, and by registries that do it in other ways.</summary>
public sealed class ImageResolutionTests
{
    [RegistryFact]
    public async Task A_run_is_recorded_with_the_digest_that_its_tag_had_and_is_repeated_with_it()
    {
        await using var registry = await DockerRegistry.StartAsync();
        var first = await registry.PushAsync("tools/count", "1", "first");
        var time = new ShiftedTime();
        await using var server = await TestServer.StartAsync(
            time: time, prepare: server => server.Images = $"driver_image = \"{registry.Host}/tools/count:1\"\nimage_prefixes = [\"{registry.Host}/tools/\"]");
        var request = TestServer.Request(server.PushScript("true"), "./run.sh") with { AccessLevel = "standard" };

        var run = await server.RunAsync(request);
        (run.Image, run.ResolvedImage).ShouldBe(($"{registry.Host}/tools/count:1", $"{registry.Host}/tools/count@{first}"));

        var second = await registry.PushAsync("tools/count", "1", "second");
        time.Advance(TimeSpan.FromMinutes(2));
        (await server.RunAsync(request)).ResolvedImage.ShouldBe($"{registry.Host}/tools/count@{second}");
        using var api = server.Connect();
        var again = await api.RerunAsync(run.ArGuid, [], "again", TestRunner.Limit());
        (await server.EndOfAsync(again.ArGuid)).ResolvedImage.ShouldBe(run.ResolvedImage);

        (await server.RefusalAsync(request with { Image = $"{registry.Host}/tools/count:nothing" })).ShouldBe([ImageCodes.NotFound]);
        (await server.RefusalAsync(request with { Image = $"{registry.Host}/tools/UPPER" })).ShouldBe([ImageCodes.Malformed]);
        (await server.RunAsync(request with { AccessLevel = "test", Image = $"{registry.Host}/tools/count:nothing" })).ResolvedImage.ShouldBeNull();

        // Without the registry, only what is named by a digest runs at standard.
        await registry.StopAsync();
        time.Advance(TimeSpan.FromMinutes(2));
        (await server.RefusalAsync(request)).ShouldBe([ImageCodes.NotResolved]);
        (await server.RunAsync(request with { AccessLevel = "test" })).ResolvedImage.ShouldBeNull();
        (await server.RunAsync(request with { Image = run.ResolvedImage })).ResolvedImage.ShouldBe(run.ResolvedImage);
    }

    [RegistryFact]
    public async Task A_registry_with_tokens_is_asked_for_reading_alone_as_nobody_or_as_the_user_of_the_file()
    {
        await using var tokens = await TokenServer.StartAsync();
        await using var registry = await DockerRegistry.StartAsync(tokens.Authentication);
        var open = await registry.PushAsync("public/a", "1", "open", tokens.Pusher("public/a"));
        var closed = await registry.PushAsync("private/a", "1", "closed", tokens.Pusher("private/a"));

        (await ResolveAsync($"{registry.Host}/public/a:1")).ShouldBe($"{registry.Host}/public/a@{open}");
        (await RefusalAsync($"{registry.Host}/private/a:1")).Code.ShouldBe(ImageCodes.NotResolved);
        using var file = new CredentialsFile(registry.Host, TokenServer.User);
        (await ResolveAsync($"{registry.Host}/private/a:1", file.Path)).ShouldBe($"{registry.Host}/private/a@{closed}");
        tokens.Scopes.ShouldAllBe(scope => scope.EndsWith("/a:pull", StringComparison.Ordinal));

        using var wrong = new CredentialsFile(registry.Host, "reader:guess");
        (await RefusalAsync($"{registry.Host}/private/a:1", wrong.Path)).Message.ShouldContain("image_credentials");
        // The user of another registry is not for this one.
        using var other = new CredentialsFile("registry.example.org", TokenServer.User);
        (await RefusalAsync($"{registry.Host}/private/a:1", other.Path)).Code.ShouldBe(ImageCodes.NotResolved);
    }

    [RegistryFact]
    public async Task A_registry_with_passwords_is_asked_as_the_user_of_the_file()
    {
        using var folder = new CredentialsFile("x", "x:x");
        // bcrypt of 'secret'.
        await File.WriteAllTextAsync(folder.Path + ".users", "reader:$2y$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a\n");
        await using var registry = await DockerRegistry.StartAsync($"auth:\n  htpasswd:\n    realm: test\n    path: {folder.Path}.users\n");
        var digest = await registry.PushAsync("a", "1", "content", new("Basic", Convert.ToBase64String("reader:secret"u8)));

        using var file = new CredentialsFile(registry.Host, "reader:secret");
        (await ResolveAsync($"{registry.Host}/a:1", file.Path)).ShouldBe($"{registry.Host}/a@{digest}");
        (await RefusalAsync($"{registry.Host}/a:1")).Code.ShouldBe(ImageCodes.NotResolved);
        File.Delete(folder.Path + ".users");
    }

    [Fact]
    public async Task A_registry_that_names_no_digest_has_that_of_its_bytes()
    {
        await using var registry = await OddRegistry.StartAsync(context =>
        {
            if (context.Request.Method == "HEAD") return Task.CompletedTask;
            return context.Response.WriteAsync("{}");
        });
        (await ResolveAsync($"{registry.Host}/a:1")).ShouldBe($"{registry.Host}/a@sha256:{Convert.ToHexStringLower(SHA256.HashData("{}"u8))}");
    }

    [Theory]
    [InlineData(302)]
    [InlineData(429)]
    [InlineData(500)]
    public async Task A_registry_that_cannot_answer_refuses_standard_and_leaves_test_without(int status)
    {
        await using var registry = await OddRegistry.StartAsync(context =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.Location = "http://127.0.0.1:1/";
            return Task.CompletedTask;
        });
        var refusal = await RefusalAsync($"{registry.Host}/a:1");
        (refusal.Code, refusal.Field).ShouldBe((ImageCodes.NotResolved, "image"));
        refusal.Message.ShouldContain($"status {status}");
        (await ResolveAsync($"{registry.Host}/a:1", level: AccessLevel.Test)).ShouldBeNull();
    }

    [Fact]
    public async Task Nobody_has_the_server_ask_a_host_of_their_choice()
    {
        await using var stranger = await OddRegistry.StartAsync(_ => Task.CompletedTask);
        using var images = new ImageResolution(TimeProvider.System);
        var dataset = Dataset("registry.example.org/");

        (await images.ResolveAsync($"{stranger.Host}/a:1", dataset, AccessLevel.Test, null, TestRunner.Limit())).ShouldBeNull();
        // A local runner names no registries.
        (await images.ResolveAsync($"{stranger.Host}/a:1", dataset with { ImagePrefixes = null }, AccessLevel.Full, null, TestRunner.Limit())).ShouldBeNull();
        stranger.Requests.ShouldBe(0);
    }

    [Fact]
    public async Task Many_submissions_ask_once()
    {
        var answer = new TaskCompletionSource();
        await using var registry = await OddRegistry.StartAsync(async context =>
        {
            await answer.Task;
            context.Response.Headers["Docker-Content-Digest"] = "sha256:" + new string('a', 64);
        });
        using var images = new ImageResolution(TimeProvider.System);
        var asked = Enumerable.Range(0, 32).Select(_ => images.ResolveAsync($"{registry.Host}/a:1", Dataset(registry.Host), AccessLevel.Full, null, TestRunner.Limit())).ToList();
        answer.SetResult();
        (await Task.WhenAll(asked)).Distinct().ShouldHaveSingleItem();
        registry.Requests.ShouldBe(1);
    }

    private static DatasetPolicy Dataset(string prefix) => new()
    {
        Name = "ds1",
        Members = new HashSet<string>(),
        Levels = new Dictionary<AccessLevel, IReadOnlySet<string>?>(),
        ImagePrefixes = [prefix],
    };

    private static async Task<string?> ResolveAsync(string image, string? credentials = null, AccessLevel level = AccessLevel.Standard)
    {
        using var images = new ImageResolution(TimeProvider.System);
        return await images.ResolveAsync(image, Dataset("127.0.0.1:"), level, credentials, TestRunner.Limit());
    }

    private static async Task<Problem> RefusalAsync(string image, string? credentials = null) =>
        (await Should.ThrowAsync<AnalysisRunnerException>(ResolveAsync(image, credentials))).Problems.ShouldHaveSingleItem();

    /// <summary>A file as <c>docker login</c> writes it.</summary>
    private sealed class CredentialsFile : IDisposable
    {
        public CredentialsFile(string registry, string user) =>
            File.WriteAllText(Path, $$$$"""{"auths": {"{{{{registry}}}}": {"auth": "{{{{Convert.ToBase64String(Encoding.UTF8.GetBytes(user))}}}}"}}}""");

        public string Path { get; } = System.IO.Path.GetTempFileName();

        public void Dispose() => File.Delete(Path);
    }
}
