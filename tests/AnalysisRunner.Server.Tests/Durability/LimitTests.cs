using System.Net;
using System.Net.Sockets;
using System.Text;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Tests.Code;
using AnalysisRunner.Server.Tests.Hosting;
using AnalysisRunner.Server.Tests.Runs;

namespace AnalysisRunner.Server.Tests.Durability;

/// <summary>What one user, or a stranger, may take of the server.</summary>
public sealed class LimitTests
{
    private const string Both =
        """
        [datasets.ds1]
        repositories = ["demo"]
        members = ["alice@example.org", "bob@example.org"]

        """;

    [GitFact]
    public async Task Who_submits_too_fast_is_told_when_to_come_back_and_others_go_on()
    {
        await using var server = await TestServer.StartAsync("[limits]\nsubmissions_per_minute = 3\n\n" + Both);
        var request = TestServer.Request(server.PushScript("true"), "./run.sh");
        for (var i = 0; i < 3; i++) await server.SubmitAsync(request);

        using var refused = await PostAsync(server, request, "fourth");
        refused.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        refused.Headers.RetryAfter!.Delta!.Value.ShouldBeInRange(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(20));
        (await refused.Content.ReadAsStringAsync()).ShouldContain(DurabilityCodes.TooManySubmissions);
        await server.SubmitAsync(request, "bob@example.org");
        // A flood of refusals does not fill the record.
        (await server.InvocationLog.ListDenialsAsync(10, null, TestRunner.Limit())).ShouldBeEmpty();
    }

    [GitFact]
    public async Task A_repeated_submission_is_answered_whatever_the_limits()
    {
        await using var server = await TestServer.StartAsync("[limits]\nsubmissions_per_minute = 1\n\n" + Both);
        var request = TestServer.Request(server.PushScript("true"), "./run.sh");
        using var first = await PostAsync(server, request, "k");
        using var again = await PostAsync(server, request, "k");
        again.StatusCode.ShouldBe(HttpStatusCode.Accepted);
    }

    [GitFact]
    public async Task Who_has_as_many_as_allowed_waits_until_some_have_ended()
    {
        await using var server = await TestServer.StartAsync("[limits]\nunfinished = 2\n\n" + Both);
        using var gate = new Gate(server.Repository.Root);
        var request = TestServer.Request(server.PushScript($"cat '{gate.Path}'"), "./run.sh");
        var held = new[] { (await server.SubmitAsync(request)).ArGuid, (await server.SubmitAsync(request)).ArGuid };

        using (var refused = await PostAsync(server, request, "third"))
        {
            refused.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
            refused.Headers.RetryAfter.ShouldNotBeNull();
            (await refused.Content.ReadAsStringAsync()).ShouldContain(DurabilityCodes.TooManyUnfinished);
        }
        var others = await server.SubmitAsync(request, "bob@example.org");
        foreach (var arGuid in held.Append(others.ArGuid))
        {
            await server.InvocationLog.RequestCancelAsync(arGuid, "test", TestRunner.Limit());
            await server.EndOfAsync(arGuid);
        }
        await server.SubmitAsync(request);
    }

    [GitFact]
    public async Task A_connection_that_never_finishes_its_headers_is_closed()
    {
        await using var server = await TestServer.StartAsync();
        using var slow = new TcpClient();
        await slow.ConnectAsync(server.Url.Host, server.Url.Port);
        await slow.GetStream().WriteAsync(Encoding.ASCII.GetBytes("GET /healthz HTTP/1.1\r\nHost: runner.example.org\r\nX-Slow: "));

        var answer = await new StreamReader(slow.GetStream()).ReadToEndAsync(TestRunner.Limit());

        (answer.Length == 0 || answer.StartsWith("HTTP/1.1 408", StringComparison.Ordinal)).ShouldBeTrue(answer);
    }

    [GitTheory]
    [InlineData("GET /healthz HTTP/1.1\r\nHost: runner.example.org\r\nX-Giant: {40000}\r\n\r\n", "HTTP/1.1 431")]
    [InlineData("GET /{20000} HTTP/1.1\r\nHost: runner.example.org\r\n\r\n", "HTTP/1.1 414")]
    [InlineData("GET /healthz HTTP/1.1\r\nHost: runner.example.org\r\n{headers}\r\n", "HTTP/1.1 431")]
    public async Task Giant_requests_are_refused_before_they_are_read(string request, string expected)
    {
        await using var server = await TestServer.StartAsync();
        var text = request.Replace("{40000}", new string('x', 40_000), StringComparison.Ordinal).Replace("{20000}", new string('x', 20_000), StringComparison.Ordinal)
            .Replace("{headers}", string.Concat(Enumerable.Range(0, 200).Select(i => $"X-{i}: 1\r\n")), StringComparison.Ordinal);
        using var client = new TcpClient();
        await client.ConnectAsync(server.Url.Host, server.Url.Port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(text));

        var line = await new StreamReader(client.GetStream()).ReadLineAsync(TestRunner.Limit());

        line.ShouldStartWith(expected);
        using var http = server.Http();
        (await http.GetStringAsync("/healthz")).ShouldBe("ok\n");
    }

    private static async Task<HttpResponseMessage> PostAsync(TestServer server, SubmissionRequest request, string key)
    {
        using var http = server.Http(server.Issuer.Token());
        using var message = new HttpRequestMessage(HttpMethod.Post, "/api/v1/submissions")
        {
            Content = new StringContent(System.Text.Json.JsonSerializer.Serialize(request, ContractsJson.Default.SubmissionRequest), Encoding.UTF8, "application/json"),
        };
        message.Headers.Add("Idempotency-Key", key);
        return await http.SendAsync(message, TestRunner.Limit());
    }
}
