using AnalysisRunner.Contracts;
using Microsoft.AspNetCore.Http;

namespace AnalysisRunner.Client.Tests;

public sealed class RequestTests
{
    private const string Version = """{"product":"AnalysisRunner.Server","version":"1.0.0","api":1,"local":true,"idle":true,"pid":7}""";
    private const string Accepted = """{"arGuid":"a-1","url":"http://x/a-1"}""";

    [Fact]
    public async Task Sends_the_token_and_reads_the_version()
    {
        string? authorization = null;
        await using var server = await RunningServer.StartAsync((context, _) =>
        {
            authorization = context.Request.Headers.Authorization;
            context.Request.Path.Value.ShouldBe("/api/v1/version");
            return context.JsonAsync(Version);
        });
        using var api = server.Client();

        (await api.GetVersionAsync(default)).ShouldBe(new ServerVersion("AnalysisRunner.Server", "1.0.0", 1, true, true, 7));
        authorization.ShouldBe("Bearer secret");
    }

    [Fact]
    public async Task Sends_no_credentials_when_there_is_no_token()
    {
        string? authorization = "unset";
        await using var server = await RunningServer.StartAsync((context, _) =>
        {
            authorization = context.Request.Headers.Authorization;
            return context.JsonAsync(Version);
        });
        using var api = server.Client(token: null);

        await api.GetVersionAsync(default);

        authorization.ShouldBeNull();
    }

    [Fact]
    public async Task A_token_that_cannot_be_sent_is_refused_without_being_shown()
    {
        await using var server = await RunningServer.StartAsync((context, _) => context.JsonAsync(Version));
        using var api = server.Client("hidden\nX-Evil: 1");

        var refused = await api.GetVersionAsync(default).ShouldThrowAsync<AnalysisRunnerException>();

        refused.Problems.Single().Code.ShouldBe("AR1017");
        refused.ToString().ShouldNotContain("hidden");
        server.Requests.ShouldBe(0);
    }

    [Fact]
    public async Task Keeps_the_path_of_the_base_address()
    {
        string? path = null;
        await using var server = await RunningServer.StartAsync((context, _) =>
        {
            path = context.Request.Path;
            return context.JsonAsync(Version);
        });
        using var api = new AnalysisRunnerApi(new Uri(server.Url, "/runner"), _ => ValueTask.FromResult<string?>(null));

        await api.GetVersionAsync(default);

        path.ShouldBe("/runner/api/v1/version");
    }

    [Fact]
    public async Task Ids_are_encoded_as_one_part_of_the_path()
    {
        string? path = null;
        await using var server = await RunningServer.StartAsync((context, _) =>
        {
            path = context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget;
            return context.JsonAsync("{}", 404);
        });
        using var api = server.Client();

        await api.GetBatchAsync("a/../b?c#d", default).ShouldThrowAsync<AnalysisRunnerException>();

        path.ShouldBe("/api/v1/batches/a%2F..%2Fb%3Fc%23d");
        Should.Throw<ArgumentException>(() => { _ = api.GetBatchAsync("..", default); });
    }

    [Fact]
    public async Task A_submission_carries_its_key_and_only_what_is_set()
    {
        string? key = null, body = null;
        await using var server = await RunningServer.StartAsync(async (context, _) =>
        {
            key = context.Request.Headers["Idempotency-Key"];
            body = await new StreamReader(context.Request.Body).ReadToEndAsync();
            await context.JsonAsync(Accepted);
        });
        using var api = server.Client();

        var accepted = await api.SubmitAsync(new SubmissionRequest { Dataset = "fewgenomes" }, "k1", default);

        accepted.ArGuid.ShouldBe("a-1");
        key.ShouldBe("k1");
        body.ShouldBe("""{"dataset":"fewgenomes"}""");
    }

    [Fact]
    public async Task A_batch_is_sent_under_its_own_key()
    {
        string? key = null;
        await using var server = await RunningServer.StartAsync((context, _) =>
        {
            key = context.Request.Headers["Idempotency-Key"];
            return context.JsonAsync("""{"key":"b-1","url":"http://x/b-1"}""");
        });
        using var api = server.Client();

        await api.SubmitBatchAsync(new BatchSpec { Key = "b-1", Name = "b", Jobs = [] }, default);

        key.ShouldBe("b-1");
    }

    [Fact]
    public async Task Members_that_a_newer_server_adds_are_skipped()
    {
        await using var server = await RunningServer.StartAsync((context, _) =>
            context.JsonAsync(Version.Replace("}", ",\"colour\":\"green\"}", StringComparison.Ordinal)));
        using var api = server.Client();

        (await api.GetVersionAsync(default)).Version.ShouldBe("1.0.0");
    }

    [Theory]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    public async Task Repeats_what_is_safe_to_repeat_when_the_server_is_away_for_a_moment(int status)
    {
        await using var server = await RunningServer.StartAsync((context, request) =>
            request < 3 ? context.JsonAsync("away", status, "text/plain") : context.JsonAsync(Accepted));
        using var api = server.Client();

        await api.SubmitAsync(new SubmissionRequest(), "k1", default);

        server.Requests.ShouldBe(3);
    }

    [Fact]
    public async Task Repeats_after_a_broken_connection()
    {
        await using var server = await RunningServer.StartAsync((context, request) =>
        {
            if (request > 1) return context.JsonAsync(Version);
            context.Abort();
            return Task.CompletedTask;
        });
        using var api = server.Client();

        await api.GetVersionAsync(default);

        server.Requests.ShouldBe(2);
    }

    [Fact]
    public async Task Repeats_when_the_connection_breaks_within_the_answer()
    {
        await using var server = await RunningServer.StartAsync(async (context, request) =>
        {
            if (request > 1)
            {
                await context.JsonAsync(Accepted);
                return;
            }
            context.Response.ContentLength = 1000;
            await context.Response.WriteAsync("{\"arGuid\":");
            await context.Response.Body.FlushAsync();
            context.Abort();
        });
        using var api = server.Client();

        (await api.SubmitAsync(new SubmissionRequest(), "k1", default)).ArGuid.ShouldBe("a-1");
        server.Requests.ShouldBe(2);
    }

    [Fact]
    public async Task Does_not_repeat_what_might_happen_twice()
    {
        await using var server = await RunningServer.StartAsync((context, _) => context.JsonAsync("away", 503, "text/plain"));
        using var api = server.Client();

        await api.CancelAsync("a-1", default).ShouldThrowAsync<AnalysisRunnerException>();

        server.Requests.ShouldBe(1);
    }

    [Fact]
    public async Task Does_not_follow_redirects()
    {
        await using var server = await RunningServer.StartAsync((context, _) =>
        {
            context.Response.Redirect("/elsewhere");
            return Task.CompletedTask;
        });
        using var api = server.Client();

        var refused = await api.GetVersionAsync(default).ShouldThrowAsync<AnalysisRunnerException>();

        refused.Problems.Single().Code.ShouldBe("AR1014");
        server.Requests.ShouldBe(1);
    }
}
