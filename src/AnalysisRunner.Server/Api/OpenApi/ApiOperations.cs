using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Api.TokenExchange;

namespace AnalysisRunner.Server.Api.OpenApi;

/// <summary>Every route that programs use. A test compares them with the routes that are mapped, and with what these answer.</summary>
internal static class ApiOperations
{
    private static readonly ApiParameter Key = new("Idempotency-Key", "1 to 200 visible characters; the same with each repetition of the request.", IsHeader: true, IsRequired: true);
    private static readonly ApiParameter Limit = new("limit", "The most that a page has.", "integer");
    private static readonly ApiParameter Cursor = new("cursor", "Where the page begins, as the link to it has it.");
    private static readonly ApiParameter Offset = new("offset", "The first byte.", "integer");
    private static readonly ApiParameter Follow = new("follow", "Whether to go on until the end.", "boolean");
    private static readonly ApiParameter Attempt = new("attempt", "The number of the attempt, from 1; without it the last one, and followed, those after it too.", "integer");
    private static readonly ApiParameter IfNoneMatch = new("If-None-Match", "The ETag of an answer that the caller has.", IsHeader: true);
    private static readonly ApiAnswer NotModified = new(304, "What the caller has is what there is.") { Headers = ["ETag"] };

    private static readonly ApiParameter[] Filters =
    [
        new("guid", "The beginning of the ar-guid, at least four characters."),
        new("dataset", "The dataset."),
        new("level", "test, standard or full."),
        new("user", "The beginning of who submitted, as recorded."),
        new("repository", "The repository's URL."),
        new("commit", "The commit, or the beginning of its hash."),
        new("image", "The beginning of the driver's image, as recorded."),
        new("state", "accepted, running, succeeded, failed, cancelled or imported."),
        new("batch", "The beginning of the name of one of its batches."),
        new("progress", "running: a batch runs; failed: a job has failed."),
        new("longer", "It took at least so long, such as 1h30m; while it goes on, the time since it was submitted counts."),
        new("shorter", "It took at most so long."),
        new("from", "Recorded at this date or moment, or later."),
        new("before", "Recorded before this date or moment."),
        new("text", "Words of the description and the command."),
        new("sort", "submitted, dataset, level, user, state or duration; with '-' before it descending. By duration, what has not ended comes last either way."),
    ];

    /// <summary>The operations.</summary>
    public static IReadOnlyList<ApiOperation> All { get; } =
    [
        new("POST", "/api/v1/submissions", "Submits a run.")
        {
            Parameters = [Key],
            Body = ContractsJson.Default.SubmissionRequest,
            Answers = [ApiAnswer.Json(202, "It is recorded and will run.", ContractsJson.Default.SubmissionAccepted, "Location")],
            Refusals = [400, 401, 403, 409, 413, 422, 502],
        },
        new("GET", "/api/v1/invocations", "Lists invocations of the caller's datasets, the newest first.")
        {
            Parameters = [.. Filters, Limit, Cursor, IfNoneMatch],
            Answers = [ApiAnswer.Json(200, "A page.", ContractsJson.Default.IReadOnlyListInvocation, "ETag", "Link"), NotModified],
            Refusals = [400, 401, 403],
        },
        new("GET", "/api/v1/invocations/export", "All invocations that hold the filters, as a file.")
        {
            Parameters = [.. Filters, new("format", "csv or jsonl.", IsRequired: true)],
            Answers = [new(200, "The file.") { MediaTypes = ["text/csv", "application/jsonl"], Headers = ["Content-Disposition"] }],
            Refusals = [400, 401, 403],
        },
        new("GET", "/api/v1/invocations/{arGuid}", "One invocation.")
        {
            Parameters = [IfNoneMatch],
            Answers = [ApiAnswer.Json(200, "The invocation.", ContractsJson.Default.Invocation, "ETag"), NotModified],
            Refusals = [401, 404],
        },
        new("GET", "/api/v1/invocations/{arGuid}/config", "The composed config of an invocation, or where each of its keys comes from.")
        {
            Parameters = [new("explain", "Whether to say where each key comes from, as JSON.", "boolean")],
            Answers = [new(200, "The config as TOML; with explain=true a list as JSON.") { MediaTypes = ["application/toml", "application/json"] }],
            Refusals = [400, 401, 404],
        },
        new("GET", "/api/v1/invocations/{arGuid}/events", "The events of an invocation as server-sent events, until it has ended; the data of each is an InvocationEvent.")
        {
            Parameters = [new("Last-Event-ID", "The last event that the caller has.", "integer", IsHeader: true)],
            Answers = [new(200, "The events.") { MediaTypes = ["text/event-stream"] }],
            Refusals = [400, 401, 404],
        },
        new("GET", "/api/v1/invocations/{arGuid}/log", "What the driver wrote.")
        {
            Parameters = [Attempt, Offset, Follow],
            Answers = [new(200, "The text.") { MediaTypes = ["text/plain"] }],
            Refusals = [400, 401, 404],
        },
        new("GET", "/api/v1/invocations/{arGuid}/outputs", "What an invocation made, with sizes and digests.")
        {
            Parameters = [Limit, Cursor],
            Answers = [ApiAnswer.Json(200, "A page.", ContractsJson.Default.IReadOnlyListInvocationOutput, "Link")],
            Refusals = [400, 401, 404],
        },
        new("GET", "/api/v1/invocations/{arGuid}/notifications", "Who was told of the end of an invocation.")
        {
            Answers = [ApiAnswer.Json(200, "The messages.", ContractsJson.Default.IReadOnlyListNotificationSummary)],
            Refusals = [401, 403, 404],
        },
        new("POST", "/api/v1/invocations/{arGuid}/cancel", "Has an invocation end.")
        {
            Answers = [new(202, "It is noted, and will end.")],
            Refusals = [401, 403, 404],
        },
        new("POST", "/api/v1/invocations/{arGuid}/rerun", "Submits an invocation again, as it was recorded except for the members of the body; null removes one.")
        {
            Parameters = [Key],
            Body = ContractsJson.Default.SubmissionRequest,
            IsBodyRequired = false,
            Answers = [ApiAnswer.Json(202, "It is recorded and will run.", ContractsJson.Default.SubmissionAccepted, "Location")],
            Refusals = [400, 401, 403, 404, 409, 413, 422, 502],
        },
        new("GET", "/api/v1/invocations/{arGuid}/approval", "The document that a second member approves; the SHA-256 of its bytes is the digest.")
        {
            Answers = [new(200, "The document.") { MediaTypes = ["application/json"] }],
            Refusals = [401, 404],
        },
        new("POST", "/api/v1/invocations/{arGuid}/approve", "Approves exactly what has the digest.")
        {
            Body = ContractsJson.Default.ApprovalRequest,
            Answers = [ApiAnswer.Json(200, "The invocation, which will run.", ContractsJson.Default.Invocation)],
            Refusals = [400, 401, 403, 404, 409],
        },
        new("POST", "/api/v1/batches", "Hands over a batch of the driver's own invocation.")
        {
            Body = ContractsJson.Default.BatchSpec,
            Answers = [ApiAnswer.Json(202, "It is recorded and will run.", ContractsJson.Default.BatchAccepted)],
            Refusals = [400, 401, 403, 422, 502],
        },
        new("GET", "/api/v1/batches/{key}", "One batch.")
        {
            Answers = [ApiAnswer.Json(200, "The batch.", ContractsJson.Default.BatchSummary)],
            Refusals = [401, 404],
        },
        new("GET", "/api/v1/batches/{key}/groups", "The groups of jobs of a batch.")
        {
            Answers = [ApiAnswer.Json(200, "The groups.", ContractsJson.Default.IReadOnlyListJobGroupSummary)],
            Refusals = [401, 404],
        },
        new("GET", "/api/v1/batches/{key}/jobs", "The jobs of a batch, ascending.")
        {
            Parameters = [new("after", "The job before the page.", "integer"), Limit],
            Answers = [ApiAnswer.Json(200, "A page.", ContractsJson.Default.IReadOnlyListJobSummary)],
            Refusals = [400, 401, 404],
        },
        new("GET", "/api/v1/batches/{key}/jobs/{job}/attempts", "The attempts of a job.")
        {
            Answers = [ApiAnswer.Json(200, "The attempts.", ContractsJson.Default.IReadOnlyListAttemptSummary)],
            Refusals = [400, 401, 404],
        },
        new("GET", "/api/v1/batches/{key}/jobs/{job}/log", "What a job wrote.")
        {
            Parameters = [Attempt, Offset, Follow],
            Answers = [new(200, "The text.") { MediaTypes = ["text/plain"] }],
            Refusals = [400, 401, 404],
        },
        new("GET", "/api/v1/datasets", "The caller's datasets, and what they may run there.")
        {
            Parameters = [IfNoneMatch],
            Answers = [ApiAnswer.Json(200, "The datasets.", ContractsJson.Default.IReadOnlyListDatasetSummary, "ETag"), NotModified],
            Refusals = [401, 403],
        },
        new("GET", "/api/v1/denials", "Refused submissions, the newest first.")
        {
            Parameters = [new("dataset", "Only those of this dataset."), new("before", "Only those with a lower id.", "integer"), Limit],
            Answers = [ApiAnswer.Json(200, "A page.", ContractsJson.Default.IReadOnlyListDenialSummary, "Link")],
            Refusals = [400, 401, 403],
        },
        new("GET", "/api/v1/servers", "The servers that share the invocation log and have something to bring to its end; for administrators.")
        {
            Answers = [ApiAnswer.Json(200, "The servers.", ContractsJson.Default.IReadOnlyListServerSummary)],
            Refusals = [401, 403],
        },
        new("POST", "/api/v1/servers/{name}/lost", "Ends the invocations of a server that will not come back; for administrators.")
        {
            Answers = [ApiAnswer.Json(200, "They have ended.", ContractsJson.Default.ServerLost)],
            Refusals = [401, 403, 404, 409],
        },
        new("GET", "/api/v1/credentials/s3", "Credentials of the run's role for S3, for its own jobs; clients of AWS fetch them by themselves.")
        {
            Answers = [ApiAnswer.Json(200, "The credentials.", ContractsJson.Default.JobCredentials, "Cache-Control")],
            Refusals = [401, 403, 404, 502],
        },
        new("GET", "/api/v1/whoami", "Who the server takes the caller for.")
        {
            Answers = [ApiAnswer.Json(200, "The caller.", ContractsJson.Default.WhoAmI)],
            Refusals = [401],
        },
        new("GET", "/api/v1/version", "The server's version.")
        {
            Answers = [ApiAnswer.Json(200, "The version.", ContractsJson.Default.ServerVersion)],
            Refusals = [401],
        },
        new("POST", "/api/v1/sign-in-codes", "A link that signs a browser in as the caller, once.")
        {
            Answers = [ApiAnswer.Json(200, "The link.", ContractsJson.Default.SignInLink)],
            Refusals = [401, 403],
        },
        new("POST", "/api/v1/shutdown", "Ends a local runner.")
        {
            Parameters = [new("force", "Whether to end it while invocations run; they go on.", "boolean")],
            Answers = [new(202, "It ends.")],
            Refusals = [401, 403, 409],
        },
        new("POST", "/", "Submits a run, as the original server took it: dataset, output, accessLevel, description, script, and what else its client sends.")
        {
            IsCompatible = true,
            Answers = [new(200, "The page of the driver.") { MediaTypes = ["text/plain"] }],
            Refusals = [400, 401, 403, 413],
        },
        new("POST", "/config", "The config that a run would get, as the original server answered it: dataset, output, accessLevel, image, config.")
        {
            IsCompatible = true,
            Answers = [new(200, "The config.") { MediaTypes = ["application/json"] }],
            Refusals = [400, 401, 403, 413],
        },
        new("POST", "/oauth2/token", "Exchanges the token of a run for one of its level's Google service account (RFC 8693), for its own jobs; clients of Google do it by themselves.")
        {
            Form =
            [
                new("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange", IsRequired: true),
                new("audience", "The run, as the file that GOOGLE_APPLICATION_CREDENTIALS names has it.", IsRequired: true),
                new("subject_token", "The token of the run.", IsRequired: true),
                new("subject_token_type", "urn:ietf:params:oauth:token-type:access_token", IsRequired: true),
                new("requested_token_type", "urn:ietf:params:oauth:token-type:access_token; nothing else is given."),
                new("scope", "Ignored: what is given is good for Cloud Storage."),
            ],
            Answers =
            [
                ApiAnswer.Json(200, "The token.", TokenExchangeJson.Default.TokenExchangeAnswer, "Cache-Control"),
                ApiAnswer.Json(400, "The request is malformed, or not for a run with a service account.", TokenExchangeJson.Default.TokenExchangeError),
                ApiAnswer.Json(401, "The token is not that of the run, or the run has ended.", TokenExchangeJson.Default.TokenExchangeError),
                ApiAnswer.Json(413, "The request is too large.", TokenExchangeJson.Default.TokenExchangeError),
                ApiAnswer.Json(502, "Google does not let the server act as the service account.", TokenExchangeJson.Default.TokenExchangeError),
                ApiAnswer.Json(503, "Google does not answer, or the server accepts no work.", TokenExchangeJson.Default.TokenExchangeError),
            ],
        },
        new("GET", "/.well-known/oauth-protected-resource", "Whose tokens the server takes, and how to get one (RFC 9728).") { Answers = [ApiAnswer.Json(200, "The description.", ContractsJson.Default.ProtectedResource)] },
        new("GET", "/healthz", "Whether the server answers.") { Answers = [new(200, "It does.") { MediaTypes = ["text/plain"] }] },
        new("GET", "/readyz", "Whether the server does everything that it should.") { Answers = [new(200, "Its state, for operators.") { MediaTypes = ["text/plain"] }] },
        new("GET", "/metrics", "The server's figures, as Prometheus reads them.") { Answers = [new(200, "The figures.") { MediaTypes = ["text/plain"] }] },
        new("GET", "/openapi/v1.json", "This description.") { Answers = [new(200, "The description.") { MediaTypes = ["application/json"] }] },
    ];
}
