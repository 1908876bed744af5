using System.Net;
using System.Net.Sockets;
using AnalysisRunner.Contracts;

namespace AnalysisRunner.Client.Tests;

public sealed class ErrorTests
{
    private static readonly Func<CancellationToken, ValueTask<string?>> NoToken = _ => ValueTask.FromResult<string?>(null);

    [Fact]
    public async Task Throws_all_of_the_servers_problems()
    {
        const string Problem = """
            {"type":"docs/AR6001","title":"refused","status":400,"code":"AR6001","detail":"one","problems":[
              {"code":"AR6001","message":"one","field":"dataset"},{"code":"AR6002","message":"two"}],"later":1}
            """;
        await using var server = await RunningServer.StartAsync((context, _) => context.JsonAsync(Problem, 400, "application/problem+json; charset=utf-8"));
        using var api = server.Client();

        var refused = await api.SubmitAsync(new SubmissionRequest(), "k", default).ShouldThrowAsync<AnalysisRunnerException>();

        refused.Problems.ShouldBe([new Problem("AR6001", "one", "dataset"), new Problem("AR6002", "two")]);
        server.Requests.ShouldBe(1);
    }

    [Theory]
    [InlineData("""{"type":"about:blank","title":"Bad Request","status":400}""", "application/problem+json")]
    [InlineData("not json", "application/problem+json")]
    [InlineData("<html>\r\n\u001b[31mbad gateway", "text/html")]
    [InlineData("", "text/plain")]
    public async Task Other_refusals_are_reported_with_their_status(string body, string type)
    {
        await using var server = await RunningServer.StartAsync((context, _) => context.JsonAsync(body, 418, type));
        using var api = server.Client();

        var refused = await api.GetInvocationAsync("a", default).ShouldThrowAsync<AnalysisRunnerException>();

        var problem = refused.Problems.Single();
        problem.Code.ShouldBe("AR1014");
        problem.Message.ShouldContain("418");
        problem.Message.ShouldNotContain("\u001b");
        problem.Message.ShouldNotContain("\n");
    }

    [Theory]
    [InlineData("<html>sign in</html>")]
    [InlineData("null")]
    [InlineData("""{"product":"Something.Else","version":"1","api":1,"local":false}""")]
    public async Task Something_else_on_the_port_is_not_taken_for_our_server(string body)
    {
        await using var server = await RunningServer.StartAsync((context, _) => context.JsonAsync(body));
        using var api = server.Client();

        var refused = await api.GetVersionAsync(default).ShouldThrowAsync<AnalysisRunnerException>();

        refused.Problems.Single().Code.ShouldBe("AR1014");
    }

    [Fact]
    public async Task An_older_server_is_refused_with_both_levels()
    {
        await using var server = await RunningServer.StartAsync((context, _) =>
            context.JsonAsync("""{"product":"AnalysisRunner.Server","version":"0.9.0","api":0,"local":false}"""));
        using var api = server.Client();

        var refused = await api.RequireCompatibleServerAsync(default).ShouldThrowAsync<AnalysisRunnerException>();

        refused.Problems.Single().Code.ShouldBe("AR1014");
        refused.Message.ShouldContain("\"0.9.0\"");
        refused.Message.ShouldContain($"level {ServerVersion.ApiLevel}");
    }

    [Fact]
    public async Task A_refused_connection_names_the_address_and_is_not_repeated()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        var asked = 0;
        using var api = new AnalysisRunnerApi(
            new Uri($"http://user:password@127.0.0.1:{port}/"),
            _ =>
            {
                asked++;
                return ValueTask.FromResult<string?>("secret");
            });

        var refused = await api.GetVersionAsync(default).ShouldThrowAsync<AnalysisRunnerException>();

        refused.Problems.Single().Code.ShouldBe("AR1013");
        refused.Message.ShouldContain($"\"http://127.0.0.1:{port}/\"");
        refused.ToString().ShouldNotContain("password");
        asked.ShouldBe(1);
    }

    [Fact]
    public async Task A_server_that_never_answers_is_given_up()
    {
        await using var server = await RunningServer.StartAsync((context, _) => Task.Delay(Timeout.Infinite, context.RequestAborted));
        using var api = server.Client(timeout: TimeSpan.FromMilliseconds(200));

        var refused = await api.GetVersionAsync(default).ShouldThrowAsync<AnalysisRunnerException>();

        refused.Problems.Single().Code.ShouldBe("AR1013");
    }

    [Fact]
    public async Task Cancelling_is_not_an_error_of_the_server()
    {
        var arrived = new TaskCompletionSource();
        await using var server = await RunningServer.StartAsync((context, _) =>
        {
            arrived.SetResult();
            return Task.Delay(Timeout.Infinite, context.RequestAborted);
        });
        using var api = server.Client();
        using var stop = new CancellationTokenSource();

        var request = api.GetVersionAsync(stop.Token);
        await arrived.Task;
        await stop.CancelAsync();

        await request.ShouldThrowAsync<OperationCanceledException>();
    }

    [Theory]
    [InlineData("ftp://host/")]
    [InlineData("file:///etc/passwd")]
    [InlineData("host/path")]
    public void Addresses_of_other_kinds_are_refused(string url)
    {
        var refused = Should.Throw<AnalysisRunnerException>(() => new AnalysisRunnerApi(new Uri(url, UriKind.RelativeOrAbsolute), NoToken));

        refused.Problems.Single().Code.ShouldBe("AR1018");
    }
}
