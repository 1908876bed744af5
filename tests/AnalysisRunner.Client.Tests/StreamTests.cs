using System.Text;
using AnalysisRunner.Contracts;
using Microsoft.AspNetCore.Http;

namespace AnalysisRunner.Client.Tests;

public sealed class StreamTests
{
    [Fact]
    public async Task Events_arrive_one_by_one_while_the_stream_is_open()
    {
        var read = new SemaphoreSlim(0);
        await using var server = await RunningServer.StartAsync(async (context, _) =>
        {
            context.Response.ContentType = "text/event-stream";
            for (var i = 1; i <= 3; i++)
            {
                await SendAsync(context, i);
                // The next is sent only after this one was read: nothing may wait for the end of the stream.
                await read.WaitAsync(context.RequestAborted);
            }
        });
        using var api = server.Client();

        var seen = new List<long>();
        await foreach (var found in api.FollowEventsAsync("a-1", 0, default))
        {
            seen.Add(found.Sequence);
            read.Release();
        }

        seen.ShouldBe([1, 2, 3]);
    }

    [Fact]
    public async Task Events_are_resumed_after_the_last_one_when_the_connection_breaks()
    {
        var resumed = new List<string?>();
        var read = new SemaphoreSlim(0);
        await using var server = await RunningServer.StartAsync(async (context, request) =>
        {
            resumed.Add(context.Request.Headers["Last-Event-ID"]);
            context.Response.ContentType = "text/event-stream";
            await SendAsync(context, request);
            if (request == 2) await SendAsync(context, 1); // An event again: skipped.
            if (request == 3) return;
            // Aborting discards what is still under way.
            await read.WaitAsync(context.RequestAborted);
            context.Abort();
        });
        using var api = server.Client();

        var seen = new List<long>();
        await foreach (var found in api.FollowEventsAsync("a-1", 0, default))
        {
            seen.Add(found.Sequence);
            read.Release();
        }

        seen.ShouldBe([1, 2, 3]);
        resumed.ShouldBe([null, "1", "2"]);
    }

    [Fact]
    public async Task A_stream_of_something_else_is_an_error()
    {
        await using var server = await RunningServer.StartAsync(async (context, _) =>
        {
            context.Response.ContentType = "text/event-stream";
            await context.Response.WriteAsync("data: hello\n\n");
        });
        using var api = server.Client();

        var refused = await api.FollowEventsAsync("a-1", 0, default).GetAsyncEnumerator().MoveNextAsync().AsTask().ShouldThrowAsync<AnalysisRunnerException>();

        refused.Problems.Single().Code.ShouldBe("AR1014");
    }

    [Fact]
    public async Task A_log_is_read_from_its_offset_while_it_grows_and_continues_after_a_break()
    {
        const string Log = "Hello, World\nand more\n";
        var offsets = new List<string?>();
        var read = new SemaphoreSlim(0);
        await using var server = await RunningServer.StartAsync(async (context, request) =>
        {
            var offset = int.Parse(context.Request.Query["offset"]!, System.Globalization.CultureInfo.InvariantCulture);
            offsets.Add(context.Request.Query["offset"]);
            context.Request.Query["follow"].ToString().ShouldBe("true");
            context.Request.Query["attempt"].ToString().ShouldBe("3");
            var rest = Encoding.UTF8.GetBytes(Log)[offset..];
            await context.Response.Body.WriteAsync(request == 1 ? rest.AsMemory(0, 5) : rest);
            await context.Response.Body.FlushAsync();
            if (request > 1) return;
            await read.WaitAsync(context.RequestAborted);
            context.Abort();
        });
        using var api = server.Client();

        var text = new StringBuilder();
        await foreach (var piece in api.ReadJobLogAsync("b-1", 2, 3, 7, follow: true, default))
        {
            text.Append(Encoding.UTF8.GetString(piece.Span));
            read.Release();
        }

        text.ToString().ShouldBe("World\nand more\n");
        offsets.ShouldBe(["7", "12"]);
    }

    [Fact]
    public async Task A_stream_that_breaks_each_time_is_given_up()
    {
        await using var server = await RunningServer.StartAsync(async (context, _) =>
        {
            await context.Response.StartAsync();
            await context.Response.Body.FlushAsync();
            context.Abort();
        });
        using var api = server.Client();

        var refused = await ReadAllAsync(api).ShouldThrowAsync<AnalysisRunnerException>();

        refused.Problems.Single().Code.ShouldBe("AR1013");
        server.Requests.ShouldBeGreaterThanOrEqualTo(3);

        static async Task ReadAllAsync(IAnalysisRunnerApi api)
        {
            await foreach (var _ in api.ReadLogAsync("a-1", null, 0, follow: true, default)) { }
        }
    }

    private static async Task SendAsync(HttpContext context, long sequence)
    {
        await context.Response.WriteAsync(
            $": beat\nid: {sequence}\nevent: state\ndata: {{\"sequence\":{sequence},\"type\":\"state\",\"at\":\"2026-01-01T00:00:00Z\",\"detail\":\"running\"}}\n\n");
        await context.Response.Body.FlushAsync();
    }
}
