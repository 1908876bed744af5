using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using AnalysisRunner.Client;
using AnalysisRunner.Contracts;

namespace AnalysisRunner.Submission.Tests;

/// <summary>A server without a network: answers the routes that a submission and a follower use. A request that it does not know throws.</summary>
internal sealed class FakeRunner : HttpMessageHandler
{
    public const string ArGuid = "a1b2c3d4-0000-4000-8000-000000000001";
    public const string Base = "http://127.0.0.1:1";

    private readonly object _gate = new();
    private readonly List<(string Key, string Body)> _submissions = [];

    /// <summary>What the invocation looks like at each question in turn; the last one stays.</summary>
    public Queue<Invocation> States { get; } = new();

    /// <summary>The driver's log.</summary>
    public byte[] Log { get; set; } = [];

    /// <summary>The logs of jobs, by id.</summary>
    public Dictionary<int, byte[]> JobLogs { get; } = [];

    public IReadOnlyList<JobSummary> Jobs { get; set; } = [];

    /// <summary>Asked before each request; an answer replaces the usual one, an exception breaks the connection.</summary>
    public Func<HttpRequestMessage, HttpResponseMessage?> Before { get; set; } = _ => null;

    /// <summary>How many bytes a log gives before its connection breaks; null never breaks.</summary>
    public int? BreakLogAfter { get; set; }

    public List<string> Requests { get; } = [];

    public IReadOnlyList<(string Key, string Body)> Submissions => _submissions;

    public RunnerConnection Connection() => new(_ => Task.FromResult<IAnalysisRunnerApi>(Api()));

    public AnalysisRunnerApi Api() => new(new Uri(Base), _ => ValueTask.FromResult<string?>("token"), this);

    public static Invocation Invocation(InvocationState state, params BatchSummary[] batches) => new()
    {
        ArGuid = ArGuid,
        Dataset = "fewgenomes",
        AccessLevel = AccessLevel.Test,
        Namespace = "test",
        Description = "",
        OutputPrefix = "p",
        OutputPath = "/storage/p",
        SubmittedBy = "me",
        SubmittedAt = DateTimeOffset.UnixEpoch,
        Commit = new string('a', 40),
        WorkingDirectory = "",
        Script = [],
        Arguments = [],
        EnvironmentNames = [],
        State = state,
        Steps = [],
        Batches = batches,
        ConfigPath = "/config.toml",
        Url = Base + "/i",
        Reason = state == InvocationState.Failed ? "job 'second job' failed" : null,
    };

    public static HttpResponseMessage Json<T>(T value, JsonTypeInfo<T> type, int status = 200) => new((HttpStatusCode)status)
    {
        Content = new StringContent(JsonSerializer.Serialize(value, type), Encoding.UTF8, status < 400 ? "application/json" : "application/problem+json"),
    };

    public static HttpResponseMessage Refusal(int status, string code, string message) => Json(
        new ApiProblem { Type = code, Title = code, Status = status, Code = code, Detail = message, Problems = [new Problem(code, message)] },
        ContractsJson.Default.ApiProblem,
        status);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var path = request.RequestUri!.AbsolutePath;
        var body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
        lock (_gate)
        {
            Requests.Add($"{request.Method} {request.RequestUri.PathAndQuery}");
            if (path == "/api/v1/submissions") _submissions.Add((request.Headers.GetValues("Idempotency-Key").Single(), body));
            if (Before(request) is { } answer) return answer;
            return Answer(path, request.RequestUri.Query);
        }
    }

    private HttpResponseMessage Answer(string path, string query) => path switch
    {
        "/api/v1/submissions" => Json(new SubmissionAccepted(ArGuid, Base + "/i", Base + "/sign-in?code=1"), ContractsJson.Default.SubmissionAccepted),
        $"/api/v1/invocations/{ArGuid}" => Json(States.Count > 1 ? States.Dequeue() : States.Peek(), ContractsJson.Default.Invocation),
        $"/api/v1/invocations/{ArGuid}/events" => new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent("", Encoding.UTF8, "text/event-stream") },
        $"/api/v1/invocations/{ArGuid}/log" => LogFrom(Log, query),
        "/api/v1/batches/b/jobs" => Json(
            (IReadOnlyList<JobSummary>)[.. Jobs.Where(job => job.Id > Number(query, "after")).Take(Number(query, "limit"))], ContractsJson.Default.IReadOnlyListJobSummary),
        _ when path.StartsWith("/api/v1/batches/b/jobs/", StringComparison.Ordinal) => LogFrom(JobLogs[int.Parse(path.Split('/')[6])], query),
        _ => throw new InvalidOperationException("no such route: " + path),
    };

    private HttpResponseMessage LogFrom(byte[] log, string query)
    {
        var rest = log[Math.Min(Number(query, "offset"), log.Length)..];
        Stream stream = BreakLogAfter is { } limit && rest.Length > limit ? new BreakingStream(rest[..limit]) : new MemoryStream(rest);
        return new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(stream) };
    }

    private static int Number(string query, string name) =>
        int.Parse(query.TrimStart('?').Split('&').Single(part => part.StartsWith(name + "=", StringComparison.Ordinal))[(name.Length + 1)..]);

    /// <summary>Gives its bytes, and then the connection is gone.</summary>
    private sealed class BreakingStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            Position == Length ? throw new IOException("connection reset") : base.ReadAsync(buffer, cancellationToken);
    }
}
