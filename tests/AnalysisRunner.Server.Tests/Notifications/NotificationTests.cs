using System.Globalization;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Notifications;
using AnalysisRunner.Server.Tests.Code;
using AnalysisRunner.Server.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace AnalysisRunner.Server.Tests.Notifications;

/// <summary>Who is told of the end of an invocation, by real receivers.</summary>
public sealed class NotificationTests
{
    private const string Secret = "a secret that is long enough";

    [GitFact]
    public async Task A_webhook_is_told_of_the_end_with_a_signature_that_covers_id_time_and_body()
    {
        await using var receiver = new HookReceiver();
        await using var server = await StartAsync(WebhookOf(receiver));
        var run = await server.RunAsync(TestServer.Request(server.PushScript("exit 4"), "./run.sh"));

        var (headers, body) = await receiver.NextAsync(TestRunner.Limit());

        var moment = long.Parse(headers["webhook-timestamp"], CultureInfo.InvariantCulture);
        DateTimeOffset.FromUnixTimeSeconds(moment).ShouldBeInRange(run.FinishedAt!.Value.AddSeconds(-1), DateTimeOffset.UtcNow);
        headers["webhook-id"].ShouldStartWith(run.ArGuid);
        headers["Content-Type"].ShouldBe("application/json");
        var signed = Encoding.UTF8.GetBytes($"{headers["webhook-id"]}.{headers["webhook-timestamp"]}.").Concat(body).ToArray();
        headers["webhook-signature"].ShouldBe("v1," + Convert.ToBase64String(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), signed)));
        var message = JsonNode.Parse(body)!;
        message["type"]!.GetValue<string>().ShouldBe("invocation.ended");
        message["data"]!["arGuid"]!.GetValue<string>().ShouldBe(run.ArGuid);
        message["data"]!["state"]!.GetValue<string>().ShouldBe("failed");
        message["data"]!["outputs"]!["count"]!.GetValue<long>().ShouldBe(0);
    }

    [Fact]
    public void A_secret_of_the_standard_form_is_its_bytes()
    {
        // The example of the specification.
        WebhookSender.Sign("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", """{"test": 2432232314}"""u8)
            .ShouldBe("g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        Should.Throw<NotificationException>(() => WebhookSender.Sign("whsec_%", "i", "1", "x"u8));
    }

    [GitFact]
    public async Task A_receiver_that_fails_is_tried_again_with_growing_waits_and_the_same_id()
    {
        await using var receiver = new HookReceiver(500, 302, 204);
        var time = new ShiftedTime();
        await using var server = await StartAsync(WebhookOf(receiver), time: time);
        var run = await server.RunAsync(TestServer.Request(server.PushScript("true"), "./run.sh"));

        var (first, _) = await receiver.NextAsync(TestRunner.Limit());
        var summary = await WaitAsync(server, run.ArGuid, message => message.Attempts == 1);
        summary.Problem.ShouldBe("The receiver answered 500.");
        (summary.DueAt!.Value - time.GetUtcNow()).ShouldBeInRange(TimeSpan.Zero, TimeSpan.FromSeconds(10));

        time.Shift += TimeSpan.FromSeconds(10);
        await LookAsync(server);
        var (second, _) = await receiver.NextAsync(TestRunner.Limit());
        summary = await WaitAsync(server, run.ArGuid, message => message.Attempts == 2);
        summary.Problem.ShouldBe("The receiver answered 302.");
        (summary.DueAt!.Value - time.GetUtcNow()).ShouldBeInRange(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(20));

        time.Shift += TimeSpan.FromSeconds(20);
        await LookAsync(server);
        var (third, _) = await receiver.NextAsync(TestRunner.Limit());
        summary = await WaitAsync(server, run.ArGuid, message => message.Attempts == 3);
        summary.DeliveredAt.ShouldNotBeNull();
        summary.Problem.ShouldBeNull();
        new[] { second["webhook-id"], third["webhook-id"] }.ShouldAllBe(id => id == first["webhook-id"]);
        third["webhook-timestamp"].ShouldNotBe(first["webhook-timestamp"]);
    }

    [GitFact]
    public async Task A_receiver_that_is_gone_or_silent_for_a_day_is_given_up()
    {
        await using var gone = new HookReceiver(410);
        var nobody = HookReceiver.FreePort();
        var time = new ShiftedTime();
        await using var server = await StartAsync(
            WebhookOf(gone) + $"\n[webhooks.nobody]\nurl = \"http://127.0.0.1:{nobody}/\"\nsecret_file = \"hook.secret\"", time: time);
        var run = await server.RunAsync(TestServer.Request(server.PushScript("true"), "./run.sh"));

        var summary = await WaitAsync(server, run.ArGuid, message => message is { Target: "ops", Attempts: 1 });
        (summary.DueAt, summary.DeliveredAt, summary.Problem).ShouldBe((null, null, "The receiver answered 410."));
        summary = await WaitAsync(server, run.ArGuid, message => message is { Target: "nobody", Attempts: 1 });
        summary.DueAt.ShouldNotBeNull();
        summary.Problem.ShouldNotBeNull().ShouldContain("could not be reached");
        time.Shift += NotificationDispatch.GivenUpAfter;
        await LookAsync(server);
        (await WaitAsync(server, run.ArGuid, message => message is { Target: "nobody", Attempts: 2 })).DueAt.ShouldBeNull();
    }

    [GitFact]
    public async Task A_webhook_hears_of_its_own_datasets_only()
    {
        await using var receiver = new HookReceiver();
        await using var server = await StartAsync(WebhookOf(receiver) + "\ndatasets = [\"other\"]");
        var run = await server.RunAsync(TestServer.Request(server.PushScript("true"), "./run.sh"));
        await LookAsync(server);
        (await server.InvocationLog.ListUnannouncedAsync("", 10, TestRunner.Limit())).ShouldBeEmpty();
        (await server.InvocationLog.ListNotificationsAsync(run.ArGuid, TestRunner.Limit())).ShouldBeEmpty();
    }

    [GitFact]
    public async Task Mail_goes_to_the_submitter_and_to_whom_the_dataset_names()
    {
        await using var receiver = new MailReceiver();
        await using var server = await StartAsync(
            $"[mail]\nhost = \"127.0.0.1\"\nport = {receiver.Port}\ntls = false\nfrom = \"runner@example.org\"\n", recipients: "\"submitter\", \"team@example.org\", \"nobody@example.org\"");
        var run = await server.RunAsync(TestServer.Request(server.PushScript("exit 1"), "./run.sh") with { Description = "first line\nBcc: evil@example.org" });

        (List<string> Commands, string Text)[] received = [await receiver.NextAsync(TestRunner.Limit()), await receiver.NextAsync(TestRunner.Limit())];
        var commands = received.SelectMany(mail => mail.Commands).ToList();
        commands.ShouldContain(line => line.StartsWith("RCPT TO:<alice@example.org>", StringComparison.Ordinal));
        commands.ShouldContain(line => line.StartsWith("RCPT TO:<team@example.org>", StringComparison.Ordinal));
        commands.ShouldNotContain(line => line.Contains("evil", StringComparison.Ordinal));
        received[0].Text.Split("\n\n")[0].Split('\n').ShouldNotContain(line => line.StartsWith("Bcc", StringComparison.OrdinalIgnoreCase));
        received[0].Text.ShouldContain(run.ArGuid);
        (await WaitAsync(server, run.ArGuid, message => message is { Target: "nobody@example.org", Attempts: 1 })).DueAt.ShouldBeNull();
        var summary = await WaitAsync(server, run.ArGuid, message => message is { Target: "team@example.org", Attempts: 1 });
        summary.DeliveredAt.ShouldNotBeNull();
        using var http = server.Http(server.Issuer.Token());
        (await http.GetFromJsonAsync($"/api/v1/invocations/{run.ArGuid}/notifications", ContractsJson.Default.IReadOnlyListNotificationSummary))!.ShouldContain(summary);
    }

    private static async Task<TestServer> StartAsync(string settings, string? recipients = null, TimeProvider? time = null) => await TestServer.StartAsync(
        (recipients is null ? TestServer.DefaultDatasets : TestServer.DefaultDatasets.Replace("[datasets.other]", $"mail = [{recipients}]\n[datasets.other]", StringComparison.Ordinal)) + "\n" + settings,
        time: time,
        prepare: server => File.WriteAllText(Path.Combine(server.Repository.Root, "hook.secret"), Secret + "\n"));

    private static string WebhookOf(HookReceiver receiver) => $"[webhooks.ops]\nurl = \"{receiver.Url}\"\nsecret_file = \"hook.secret\"";

    private static Task LookAsync(TestServer server) => server.Server.Services.GetRequiredService<NotificationDispatch>().LookAsync(TestRunner.Limit());

    // The record follows the receiver's answer; the dispatch looks every two seconds by itself.
    private static async Task<NotificationSummary> WaitAsync(TestServer server, string arGuid, Func<NotificationSummary, bool> wanted)
    {
        var limit = TestRunner.Limit();
        while (true)
        {
            var found = (await server.InvocationLog.ListNotificationsAsync(arGuid, limit)).FirstOrDefault(wanted);
            if (found is not null) return found;
            await Task.Delay(TimeSpan.FromMilliseconds(20), limit);
        }
    }

    private sealed class ShiftedTime : TimeProvider
    {
        public TimeSpan Shift { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Shift;
    }
}
