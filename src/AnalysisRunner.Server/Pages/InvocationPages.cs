using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Code;
using AnalysisRunner.Server.Record;

namespace AnalysisRunner.Server.Pages;

/// <summary>The list of invocations, and one invocation.</summary>
internal static class InvocationPages
{
    /// <summary>The newest invocations.</summary>
    public static Html List(IReadOnlyList<Invocation> invocations, string notice) => Layout.Page(
        "Invocations",
        invocations.Count == 0
            ? Html.Of($"<p>Nothing has run here yet.</p>")
            : Html.Of(
                $"""
                <table>
                <tr><th>Submitted</th><th>State</th><th>Description</th><th>Dataset</th><th>Level</th><th>Commit</th><th>By</th></tr>
                {Html.Join(invocations.Select(Row))}</table>
                """),
        notice,
        invocations.Any(invocation => !invocation.IsFinal));

    /// <summary>One invocation.</summary>
    /// <param name="record">The invocation.</param>
    /// <param name="jobs">The first jobs of each batch, in the order of the batches.</param>
    /// <param name="config">The composed config; null when there is none yet.</param>
    /// <param name="log">The end of the driver's log.</param>
    /// <param name="isWholeLog">Whether <paramref name="log"/> is all of it.</param>
    /// <param name="notice">What everybody has to know (<see cref="Layout.Notice"/>).</param>
    public static Html One(InvocationRecord record, IReadOnlyList<IReadOnlyList<JobSummary>> jobs, string? config, string log, bool isWholeLog, string notice)
    {
        var run = record.Invocation;
        return Layout.Page(
            FirstLine(run.Description),
            Html.Of(
                $"""
                <p>{Layout.State(run.State.ToName())} {run.Reason}</p>
                {(run.IsFinal ? Html.Empty : CancelForm(run.ArGuid))}
                {(run.Approval is { } approval ? Approval(run, approval) : Html.Empty)}
                <table>
                <tr><th>ar-guid</th><td><code>{run.ArGuid}</code></td></tr>
                <tr><th>Who</th><td>{run.SubmittedBy}, {Layout.Time(run.SubmittedAt)}</td></tr>
                <tr><th>Ended</th><td>{Layout.Time(run.FinishedAt)}</td></tr>
                <tr><th>Dataset</th><td>{run.Dataset}, level {Layout.Level(run)}</td></tr>
                <tr><th>Description</th><td>{run.Description}</td></tr>
                <tr><th>Repository</th><td>{run.Repository ?? run.WorkTree}</td></tr>
                <tr><th>Commit</th><td><code>{run.Commit}</code>{(run.Branch is null ? Html.Empty : Html.Of($" (branch {run.Branch})"))}</td></tr>
                <tr><th>Command</th><td><code>{Command(run)}</code> in <code>/{run.WorkingDirectory}</code></td></tr>
                {(run.EnvironmentNames.Count == 0 ? Html.Empty : Html.Of($"<tr><th>Environment</th><td>{string.Join(", ", run.EnvironmentNames)}</td></tr>"))}
                <tr><th>Output</th><td><code>{run.OutputPath}</code></td></tr>
                {(run.Toolchain is { } found ? Html.Of($"<tr><th>Toolchain</th><td>{string.Join(", ", new[] { found.Sdk is null ? null : "SDK " + found.Sdk, found.Runtime is null ? null : "runtime " + found.Runtime, found.Os }.OfType<string>())}</td></tr>") : Html.Empty)}
                <tr><th>Client</th><td>{run.Client?.Name} {run.Client?.Version}</td></tr>
                </table>
                <h2>Steps</h2>
                <table>
                <tr><th>Step</th><th>Started</th><th>Took</th><th>Exit code</th></tr>
                {Html.Join(run.Steps.Select(StepRow))}</table>
                <h2>Batches</h2>
                {(run.Batches.Count == 0 ? Html.Of($"<p>None.</p>") : BatchPages.Table(run.Batches))}
                {Html.Join(run.Batches.Zip(jobs, BatchPages.Jobs))}
                <h2>Driver log</h2>
                {(isWholeLog ? Html.Empty : Html.Of($"<p>The end of it; <a href=\"/invocations/{run.ArGuid}/log\">all of it</a>.</p>"))}
                <pre>{log}</pre>
                <h2>Config</h2>
                <pre>{config ?? "Not written yet."}</pre>
                """),
            notice,
            !run.IsFinal);
    }

    private static Html Row(Invocation run) => Html.Of(
        $"""
        <tr><td>{Layout.Time(run.SubmittedAt)}</td><td>{Layout.State(run.State.ToName())}</td><td><a href="/invocations/{run.ArGuid}">{FirstLine(run.Description)}</a></td><td>{run.Dataset}</td><td>{Layout.Level(run)}</td><td><code>{run.Commit[..Math.Min(12, run.Commit.Length)]}</code></td><td>{run.SubmittedBy}</td></tr>

        """);

    private static Html StepRow(InvocationStep step) => Html.Of(
        $"""
        <tr><td>{step.Name}</td><td>{Layout.Time(step.StartedAt)}</td><td>{Layout.Duration(step.StartedAt, step.FinishedAt)}</td><td>{(step.ExitCode is { } code ? Html.Of($"{code}") : Html.Empty)}</td></tr>

        """);

    private static Html Approval(Invocation run, Approval approval) => approval.ApprovedBy is { } by
        ? Html.Of($"<p>Approved by {by}, {Layout.Time(approval.ApprovedAt)}: <code>{approval.Digest}</code></p>")
        : Html.Of(
            $"""
            <p>{(run.IsFinal ? "Was to be approved" : "Waits for a second member of its level to approve it")}, until {Layout.Time(approval.ExpiresAt)}: <code>{approval.Digest}</code></p>
            {(run.IsFinal ? Html.Empty : Html.Of($"<form method=\"post\" action=\"/invocations/{run.ArGuid}/approve\"><input type=\"hidden\" name=\"digest\" value=\"{approval.Digest}\"><button>Approve exactly this</button></form>"))}

            """);

    private static Html CancelForm(string arGuid) =>
        Html.Of($"<form method=\"post\" action=\"/invocations/{arGuid}/cancel\"><button>Cancel</button></form>");

    private static string Command(Invocation run) => run.Project is null
        ? ShellWord.QuoteAll(run.Script)
        : $"dotnet run --project {ShellWord.Quote(run.Project)}{(run.Arguments.Count == 0 ? "" : " -- " + ShellWord.QuoteAll(run.Arguments))}";

    private static string FirstLine(string text)
    {
        var line = text.AsSpan().Trim();
        var end = line.IndexOfAny('\r', '\n');
        if (end >= 0) line = line[..end];
        return line.Length <= 200 ? line.ToString() : string.Concat(line[..200], "…");
    }
}
