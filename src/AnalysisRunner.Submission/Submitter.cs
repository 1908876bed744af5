using System.Text.Json;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Submission.Following;
using AnalysisRunner.Submission.Sending;

namespace AnalysisRunner.Submission;

/// <summary>How a submission goes about it.</summary>
public sealed record SubmitSettings
{
    /// <summary>Follow the run to its end, and fail when it fails.</summary>
    public bool Wait { get; init; }

    /// <summary>Do every check, print the request, send nothing.</summary>
    public bool DryRun { get; init; }

    /// <summary>A file that receives the run's URL; null writes none.</summary>
    public string? UrlFile { get; init; }

    /// <summary>A file by which a second click is known as one; null knows none.</summary>
    public string? KeyFile { get; init; }

    /// <summary>How long to wait for another submission of the same project that is being sent. The default is longer than all of its tries together.</summary>
    public TimeSpan TurnPatience { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>When the user asked for the submission.</summary>
    public DateTimeOffset BegunAt { get; init; } = DateTimeOffset.UtcNow;
}

/// <summary>The second half of a submission, after the build: check again, compose, send, follow.</summary>
/// <param name="check">The gate.</param>
/// <param name="connection">The way to the runner; not touched before the gate has passed.</param>
/// <param name="output">Where the user is told what happens.</param>
/// <param name="follow">Follows a run to its end.</param>
/// <param name="persistence">How patiently a submission is sent.</param>
public sealed class Submitter(
    WorkingCopyCheck check, RunnerConnection connection, ISubmissionOutput output, Func<string, CancellationToken, Task<Invocation>> follow, Persistence persistence)
{
    private static readonly JsonWriterOptions Readable = new() { Indented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Creates a submitter that follows runs over the same connection.</summary>
    public Submitter(WorkingCopyCheck check, RunnerConnection connection, ISubmissionOutput output)
        : this(check, connection, output, new RunFollower(connection, output).FollowAsync, Persistence.Default)
    {
    }

    /// <summary>Submits; returns the accepted submission, or null for a dry run.</summary>
    /// <exception cref="AnalysisRunnerException">
    /// Refused by the gate (AR2xxx) or the server (AR6xxx), not delivered (AR1013, AR1014), stopped waiting (AR1015), or the run failed (AR1016).
    /// </exception>
    public async Task<SubmissionAccepted?> SubmitAsync(SubmissionOptions options, BuildFacts build, SubmitSettings settings, CancellationToken cancellation)
    {
        var problems = OptionsCheck.Judge(options);
        if (problems.Count > 0) throw new AnalysisRunnerException(problems);
        var copy = await check.RunAsync(options, build, cancellation).ConfigureAwait(false);
        return await SendAsync(RequestComposer.Compose(options, copy), options, settings, cancellation).ConfigureAwait(false);
    }

    /// <summary>Sends a request that has been judged, and follows it; returns the accepted submission, or null for a dry run.</summary>
    /// <exception cref="AnalysisRunnerException">As <see cref="SubmitAsync"/>, the gate excepted.</exception>
    public async Task<SubmissionAccepted?> SendAsync(SubmissionRequest request, SubmissionOptions options, SubmitSettings settings, CancellationToken cancellation)
    {
        if (settings.DryRun)
        {
            output.WriteLine("Dry run: this would be sent.");
            foreach (var line in Write(request).Split('\n')) output.WriteResult(TerminalText.Neutralise(line));
            return null;
        }

        var accepted = await DeliverAsync(request, options, settings, cancellation).ConfigureAwait(false);
        output.WriteLine($"Run {TerminalText.OneLine(accepted.ArGuid)} {Code(request)}was accepted: {TerminalText.OneLine(accepted.SignInUrl ?? accepted.Url)}");
        if (settings.UrlFile is not null) await WriteUrlAsync(settings.UrlFile, accepted.Url, cancellation).ConfigureAwait(false);
        if (settings.Wait) await WaitAsync(accepted, options, cancellation).ConfigureAwait(false);
        return accepted;
    }

    private static string Code(SubmissionRequest request) => request.Commit is { } commit ? $"of commit {Short(commit)} " : "";

    private static string Short(string revision) => TerminalText.OneLine(CommitId.TryParse(revision, out var commit) ? commit.Short : revision);

    private static string Write(SubmissionRequest request)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, Readable)) JsonSerializer.Serialize(writer, request, ContractsJson.Default.SubmissionRequest);
        return System.Text.Encoding.UTF8.GetString(buffer.ToArray()).ReplaceLineEndings("\n");
    }

    private async Task<SubmissionAccepted> DeliverAsync(SubmissionRequest request, SubmissionOptions options, SubmitSettings settings, CancellationToken cancellation)
    {
        var server = options.IsLocal ? "the local runner" : options.RunnerUrl!;
        // Before the turn is taken: nobody waits for a server that is not there.
        await connection.GetAsync(cancellation).ConfigureAwait(false);
        using var turn = await new SubmissionKeys(settings.KeyFile, TimeProvider.System, settings.TurnPatience).TakeAsync(server, request, settings.BegunAt, cancellation).ConfigureAwait(false);
        output.WriteLine(turn.IsRepeated
            ? $"Sending the submission again that was sent a moment ago to {TerminalText.OneLine(server)}: it makes no second run."
            : $"Sending {(request.Commit is { } commit ? $"commit {Short(commit)}" : "the command")} to {TerminalText.OneLine(server)}.");
        try
        {
            // One key for one submission: however often it is sent, it makes one run. A local runner may end between being found and being asked, and a
            // server may be restarted.
            var accepted = await persistence.AskAsync(connection, api => api.SubmitAsync(request, turn.Key, cancellation), cancellation).ConfigureAwait(false);
            turn.Delivered();
            return accepted;
        }
        catch (AnalysisRunnerException exception) when (!RunnerConnection.IsLost(exception))
        {
            turn.Refused();
            throw;
        }
        catch (OperationCanceledException exception)
        {
            throw new AnalysisRunnerException(
                BuildCodes.StoppedWaiting, "The build was stopped while the submission was sent: it may or may not have arrived. Submitted again as it is, it makes no second run.", exception);
        }
    }

    private async Task WaitAsync(SubmissionAccepted accepted, SubmissionOptions options, CancellationToken cancellation)
    {
        Invocation ended;
        try
        {
            ended = await follow(accepted.ArGuid, cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException exception) when (cancellation.IsCancellationRequested)
        {
            throw GoesOn("Stopped waiting", accepted, options, exception);
        }
        catch (AnalysisRunnerException exception) when (exception.Problems[0].Code == BuildCodes.LocalRunnerStopped)
        {
            throw new AnalysisRunnerException(
                BuildCodes.LocalRunnerStopped,
                $"{exception.Problems[0].Message} Run {accepted.ArGuid} goes on, and the next runner takes it up: the next 'Submit' starts one, and 'dotnet build -t:LocalRunnerStatus' then prints a link.",
                exception);
        }
        catch (AnalysisRunnerException exception) when (RunnerConnection.IsLost(exception))
        {
            throw GoesOn($"Stopped waiting, because the runner was lost ({exception.Problems[0].Message})", accepted, options, exception);
        }

        if (ended.State == InvocationState.Succeeded)
        {
            output.WriteLine($"Run {ended.ArGuid} succeeded. Output: {TerminalText.OneLine(ended.OutputPath)}");
            return;
        }
        var reason = ended.Reason is { Length: > 0 } text ? $" ({TerminalText.OneLine(text)})" : "";
        var state = ended.State == InvocationState.Cancelled ? "was cancelled" : "failed";
        throw new AnalysisRunnerException(BuildCodes.RunFailed, $"Run {ended.ArGuid} {state}{reason}. See its log above or on its page: {accepted.Url}");
    }

    private static AnalysisRunnerException GoesOn(string what, SubmissionAccepted accepted, SubmissionOptions options, Exception inner)
    {
        var how = options.IsLocal ? "'dotnet build -t:LocalRunnerStatus' prints a link that signs you in" : "its page shows the log";
        return new AnalysisRunnerException(BuildCodes.StoppedWaiting, $"{what}; run {accepted.ArGuid} goes on. Follow it at {accepted.Url} ({how}).", inner);
    }

    private async Task WriteUrlAsync(string file, string url, CancellationToken cancellation)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
            await File.WriteAllTextAsync(file, url + "\n", cancellation).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The run is on its way; that its address could not be kept is worth a line, not a failure.
            output.WriteLine($"The run's address could not be written to '{file}': {exception.Message}");
        }
    }
}
