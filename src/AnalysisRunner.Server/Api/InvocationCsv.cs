using System.Globalization;
using System.Text;
using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Code;

namespace AnalysisRunner.Server.Api;

/// <summary>Invocations as rows of CSV (RFC 4180).</summary>
internal static class InvocationCsv
{
    // Commands as a shell reads them: one cell, and reversible.
    private static readonly (string Name, Func<Invocation, string?> Value)[] Columns =
    [
        ("ar_guid", run => run.ArGuid),
        ("submitted_at", run => Time(run.SubmittedAt)),
        ("finished_at", run => Time(run.FinishedAt)),
        ("state", run => run.State.ToName()),
        ("dataset", run => run.Dataset),
        ("access_level", run => run.AccessLevel.ToName()),
        ("submitted_by", run => run.SubmittedBy),
        ("description", run => run.Description),
        ("repository", run => run.Repository),
        ("commit", run => run.Commit),
        ("branch", run => run.Branch),
        ("working_directory", run => run.WorkingDirectory),
        ("project", run => run.Project),
        ("command", run => ShellWord.QuoteAll(run.Project is null ? run.Script : run.Arguments)),
        ("image", run => run.Image),
        ("resolved_image", run => run.ResolvedImage),
        ("output_path", run => run.OutputPath),
        ("outputs", run => run.Outputs?.Count.ToString(CultureInfo.InvariantCulture)),
        ("output_bytes", run => run.Outputs?.Bytes.ToString(CultureInfo.InvariantCulture)),
        ("outputs_problem", run => run.Outputs?.Problem),
        ("config_sha256", run => run.ConfigSha256),
        ("exit_code", run => run.ExitCode?.ToString(CultureInfo.InvariantCulture)),
        ("reason", run => run.Reason),
        ("rerun_of", run => run.RerunOf),
        ("url", run => run.Url),
    ];

    /// <summary>The first row.</summary>
    public static string Header { get; } = string.Join(',', Columns.Select(column => column.Name)) + "\r\n";

    /// <summary>Adds a row.</summary>
    public static void Append(StringBuilder text, Invocation invocation)
    {
        for (var i = 0; i < Columns.Length; i++)
        {
            if (i > 0) text.Append(',');
            AppendCell(text, Columns[i].Value(invocation) ?? "");
        }
        text.Append("\r\n");
    }

    private static void AppendCell(StringBuilder text, string value)
    {
        // Programs for tables take these for formulas, and what stands here was written by others.
        if (value.Length > 0 && value[0] is '=' or '+' or '-' or '@' or '\t' or '\r') value = "'" + value;
        if (value.AsSpan().IndexOfAny(",\"\r\n") < 0) text.Append(value);
        else text.Append('"').Append(value.Replace("\"", "\"\"", StringComparison.Ordinal)).Append('"');
    }

    private static string? Time(DateTimeOffset? time) => time?.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);
}
