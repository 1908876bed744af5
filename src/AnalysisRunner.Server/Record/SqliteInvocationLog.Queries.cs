namespace AnalysisRunner.Server.Record;

public sealed partial class SqliteInvocationLog
{
    private const string Submission =
        """
        SELECT i.ar_guid, s.request_digest FROM submissions s JOIN invocations i ON i.position = s.invocation
        WHERE s.submitted_by = @submittedBy AND s.idempotency_key = @idempotencyKey
        """;

    private const string FinalSequence = "SELECT final_sequence FROM invocations WHERE ar_guid = @arGuid";

    private const string EventsAfter =
        """
        SELECT e.sequence, e.type, e.at, e.detail FROM events e
        WHERE e.invocation = (SELECT position FROM invocations WHERE ar_guid = @arGuid) AND e.sequence > @after
        ORDER BY e.sequence LIMIT @limit
        """;

    private const string BatchesOf =
        "SELECT b.* FROM batches b WHERE b.invocation = (SELECT position FROM invocations WHERE ar_guid = @arGuid) ORDER BY b.ordinal";

    private const string InvocationOfBatch =
        "SELECT i.ar_guid FROM batches b JOIN invocations i ON i.position = b.invocation WHERE b.key = @key";

    private const string EnvironmentOf =
        "SELECT v.json FROM environments v JOIN invocations i ON i.position = v.invocation WHERE i.ar_guid = @arGuid";

    private const string RequestOf =
        "SELECT r.json FROM requests r JOIN invocations i ON i.position = r.invocation WHERE i.ar_guid = @arGuid";

    private const string Denials = "SELECT * FROM denials WHERE id < @before ORDER BY id DESC LIMIT @limit";

    private static readonly InvocationQuery SelectOne = InvocationQuery.For("SELECT position FROM invocations WHERE ar_guid = @arGuid");

    private const string Before = "position < (SELECT position FROM invocations WHERE ar_guid = @before)";

    private const string OfDatasets = "dataset IN (SELECT value FROM json_each(@names))";

    private static readonly InvocationQuery SelectNewest =
        InvocationQuery.For("SELECT position FROM invocations ORDER BY position DESC LIMIT @limit");

    private static readonly InvocationQuery SelectBefore =
        InvocationQuery.For($"SELECT position FROM invocations WHERE {Before} ORDER BY position DESC LIMIT @limit");

    private static readonly InvocationQuery SelectNewestOf =
        InvocationQuery.For($"SELECT position FROM invocations WHERE {OfDatasets} ORDER BY position DESC LIMIT @limit");

    private static readonly InvocationQuery SelectBeforeOf =
        InvocationQuery.For($"SELECT position FROM invocations WHERE {Before} AND {OfDatasets} ORDER BY position DESC LIMIT @limit");

    private static readonly InvocationQuery SelectUnfinished =
        InvocationQuery.For("SELECT position FROM invocations WHERE finished_at IS NULL");

    /// <summary>The statements that read some invocations whole; made once from constant text.</summary>
    private sealed record InvocationQuery(string Invocations, string Steps, string Batches)
    {
        public static InvocationQuery For(string positions) => new(
            $"SELECT * FROM invocations WHERE position IN ({positions}) ORDER BY position DESC",
            $"SELECT * FROM steps WHERE invocation IN ({positions}) ORDER BY ordinal",
            $"SELECT * FROM batches WHERE invocation IN ({positions}) ORDER BY ordinal");
    }
}
