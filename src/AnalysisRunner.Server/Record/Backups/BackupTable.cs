namespace AnalysisRunner.Server.Record.Backups;

/// <summary>A table of the record as a backup holds it. Table and columns have the same names in every database.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Key">What its rows are ordered by.</param>
/// <param name="Columns">Its columns, without those that the database computes.</param>
internal sealed record BackupTable(string Name, string Key, IReadOnlyList<string> Columns)
{
    /// <summary>Every table, each after those that it refers to.</summary>
    public static IReadOnlyList<BackupTable> All { get; } =
    [
        new(
            "invocations",
            "position",
            [
                "position", "ar_guid", "dataset", "access_level", "namespace", "description", "output_prefix", "output_path", "submitted_by", "submitted_at",
                "repository", "work_tree", "commit_id", "branch", "working_directory", "project", "configuration", "script", "arguments",
                "environment_names", "config_path", "config_sha256", "client_name", "client_version", "engine", "driver_handle", "driver_ended_at",
                "driver_reason", "exit_code", "cancel_requested_by", "cancel_requested_at", "state", "reason", "finished_at", "last_sequence",
                "final_sequence", "recorded_at", "search_words", "image", "resolved_image", "cpu", "memory", "storage", "preemptible", "policy_version", "rerun_of", "identity", "toolchain",
                "rerun_changes", "storage_addresses", "outputs_listed_at", "output_count", "output_bytes", "outputs_problem", "announced_at",
            ]),
        new("requests", "invocation", ["invocation", "json"]),
        new("imports", "invocation", ["invocation", "imported_at", "record"]),
        new("environments", "invocation", ["invocation", "sealed"]),
        new("run_documents", "invocation", ["invocation", "config", "origins", "script", "trace"]),
        new("submissions", "submitted_by, idempotency_key", ["submitted_by", "idempotency_key", "request_digest", "invocation", "recorded_at"]),
        new("events", "invocation, sequence", ["invocation", "sequence", "type", "at", "detail", "caused_by"]),
        new("steps", "ordinal", ["ordinal", "invocation", "name", "started_at", "finished_at", "exit_code"]),
        new(
            "batches",
            "ordinal",
            [
                "ordinal", "key", "invocation", "name", "state", "reason", "submitted_at", "finished_at", "pending", "ready", "running", "succeeded",
                "failed", "cancelled",
            ]),
        new("approvals", "invocation", ["invocation", "digest", "document", "expires_at", "approved_by", "approved_at"]),
        new(
            "outputs",
            "invocation, category, path",
            ["invocation", "category", "path", "change", "length", "sha256", "modified_at", "version", "problem"]),
        new("notifications", "id", ["id", "invocation", "kind", "target", "attempts", "due_at", "delivered_at", "problem"]),
        new("denials", "id", ["id", "at", "denied_to", "dataset", "problems", "request"]),
    ];

    /// <summary>Reads all rows.</summary>
    public string Select => $"SELECT {string.Join(", ", Columns)} FROM {Name} ORDER BY {Key}";

    /// <summary>Inserts a row.</summary>
    public string Insert => $"INSERT INTO {Name} ({string.Join(", ", Columns)}) VALUES ({string.Join(", ", Columns.Select(column => "@" + column))})";
}
