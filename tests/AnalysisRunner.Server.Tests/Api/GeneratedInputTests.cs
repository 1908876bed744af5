using System.Text;
using System.Text.Json.Nodes;
using AnalysisRunner.Server.Tests.Code;
using AnalysisRunner.Server.Tests.Hosting;

namespace AnalysisRunner.Server.Tests.Api;

/// <summary>Bad bodies, paths and names, thousands of them from a fixed seed: none is the server's fault.</summary>
public sealed class GeneratedInputTests
{
    private const int Count = 2000;

    private static readonly string[] Words =
    [
        "", " ", "..", "../../etc/passwd", "/", "//", "-", "--upload-pack=touch /tmp/x", "-c", "ext::sh -c id", "file:///etc/passwd", "gs://x/y", "HEAD", "main", "$(id)", "`id`", "a;b", "a\nb",
        "a\0b", "\u202e", "\ufeff", "ü🧬", "null", "true", "0", "-1", "1e999", "NaN", "%00", "%2e%2e%2f", "CON", "'", "\"", "\\", "{", "[", "<script>", "ds1", "demo", "test", "full",
        new string('x', 5000), new string('/', 300), "a0000000-0000-4000-8000-000000000000",
    ];

    [GitFact]
    public async Task No_generated_input_makes_the_server_fail()
    {
        await using var server = await TestServer.StartAsync(replaceEngine: engine => engine);
        var sha = server.PushScript("true");
        var random = new Random(20260304);
        using var http = server.Http(server.Issuer.Token());
        var failures = new List<string>();
        await Parallel.ForEachAsync(Enumerable.Range(0, Count).Select(_ => Generate(random, sha)).ToList(), new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (input, cancellation) =>
        {
            using var request = new HttpRequestMessage(new HttpMethod(input.Method), input.Path);
            if (input.Body is not null) request.Content = new StringContent(input.Body, Encoding.UTF8, "application/json");
            if (input.Path.Contains("submissions", StringComparison.Ordinal)) request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
            using var response = await http.SendAsync(request, cancellation);
            if ((int)response.StatusCode is < 400 or >= 500)
            {
                lock (failures) failures.Add($"{(int)response.StatusCode} {input}");
            }
        });
        failures.ShouldBeEmpty();
    }

    // Paths hold an x where only an id or a number can stand, and each body something that is refused whatever else it holds.
    private static (string Method, string Path, string? Body) Generate(Random random, string sha) => random.Next(4) switch
    {
        0 => (random.Next(2) == 0 ? "GET" : "POST", $"/api/v1/invocations/x{Uri.EscapeDataString(Word(random))}/log", null),
        1 => ("GET", $"/api/v1/batches/x{Uri.EscapeDataString(Word(random))}?limit=x{Uri.EscapeDataString(Word(random))}", null),
        2 => ("POST", random.Next(2) == 0 ? "/" : "/config", Compatible(random, sha)),
        _ => ("POST", "/api/v1/submissions", Submission(random, sha)),
    };

    private static string Word(Random random) => Words[random.Next(Words.Length)];

    private static string Compatible(Random random, string sha)
    {
        var body = new JsonObject { ["dataset"] = "ds1", ["output"] = "o", ["accessLevel"] = "test", ["script"] = new JsonArray("./run.sh"), ["description"] = "d", ["repo"] = "demo", ["commit"] = sha };
        Change(random, body);
        body["output"] = "gs://" + Word(random);
        return Cut(random, body.ToJsonString());
    }

    private static string Submission(Random random, string sha)
    {
        var body = new JsonObject { ["dataset"] = "ds1", ["accessLevel"] = "test", ["script"] = new JsonArray("./run.sh"), ["description"] = "d", ["repository"] = "demo", ["commit"] = sha };
        Change(random, body);
        body["environment"] = new JsonObject { ["PATH"] = Word(random) };
        return Cut(random, body.ToJsonString());
    }

    private static void Change(Random random, JsonObject body)
    {
        var keys = body.Select(pair => pair.Key).Concat(["cwd", "image", "cpu", "memory", "config", "wait", "project", "workTree", "branch", Word(random)]).ToList();
        for (var i = random.Next(1, 4); i > 0; i--)
        {
            body[keys[random.Next(keys.Count)]] = random.Next(7) switch
            {
                0 => null,
                1 => JsonValue.Create(random.Next(-5, 5)),
                2 => JsonValue.Create(random.Next(2) == 0),
                3 => new JsonArray(Word(random), random.Next(10), null),
                4 => new JsonObject { [Word(random)] = Word(random), ["workflow"] = new JsonObject { ["dataset"] = Word(random) } },
                _ => JsonValue.Create(Word(random)),
            };
        }
    }

    // Every tenth body is cut off somewhere.
    private static string Cut(Random random, string body) => random.Next(10) == 0 ? body[..random.Next(body.Length)] : body;
}
