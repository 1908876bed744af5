namespace AnalysisRunner.Server.Record;

public sealed partial class InvocationLog
{
    private const string Submission =
        """
        SELECT i.ar_guid, s.request_digest FROM submissions s JOIN invocations i ON i.position = s.invocation
        WHERE s.submitted_by = @submittedBy AND s.idempotency_key = @idempotencyKey
        """;

    private const string FinalSequence = "SELECT final_sequence FROM invocations WHERE ar_guid = @arGuid";

    private const string EventsAfter =
        """
        SELECT e.sequence, e.type, e.at, e.detail, e.caused_by FROM events e
        WHERE e.invocation = (SELECT position FROM invocations WHERE ar_guid = @arGuid) AND e.sequence > @after
        ORDER BY e.sequence LIMIT @limit
        """;

    private const string BatchesOf =
        "SELECT b.* FROM batches b WHERE b.invocation = (SELECT position FROM invocations WHERE ar_guid = @arGuid) ORDER BY b.ordinal";

    private const string InvocationOfBatch =
        "SELECT i.ar_guid FROM batches b JOIN invocations i ON i.position = b.invocation WHERE b.key = @key";

    private const string EnvironmentOf =
        "SELECT v.sealed FROM environments v JOIN invocations i ON i.position = v.invocation WHERE i.ar_guid = @arGuid";

    private const string DocumentsOf =
        "SELECT d.config, d.origins, d.script, d.trace FROM run_documents d JOIN invocations i ON i.position = d.invocation WHERE i.ar_guid = @arGuid";

    private const string RequestOf =
        "SELECT r.json FROM requests r JOIN invocations i ON i.position = r.invocation WHERE i.ar_guid = @arGuid";
}
