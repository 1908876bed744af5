using System.Text.Json.Nodes;
using AnalysisRunner.Cli.Output;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Submission;
using AnalysisRunner.Submission.Following;

namespace AnalysisRunner.Cli.Reproducing;

/// <summary>What came of a reproduction.</summary>
/// <param name="Original">The invocation that was reproduced.</param>
/// <param name="Repetition">The one that repeated it, ended.</param>
/// <param name="Outputs">What both made.</param>
internal sealed record ReproductionReport(Invocation Original, Invocation Repetition, IReadOnlyList<ComparedOutput> Outputs)
{
    /// <summary>Whether it ended as the original did.</summary>
    public bool EndedAlike => Repetition.State == Original.State;

    /// <summary>Whether every output is there again, the same byte for byte.</summary>
    public bool IsReproduced => EndedAlike && Outputs.All(output => output.Result == OutputResult.Same);

    /// <summary>How many outputs have a result.</summary>
    public int Count(OutputResult result) => Outputs.Count(output => output.Result == result);
}

/// <summary>Runs an invocation again, into an output prefix of its own, and compares what both made.</summary>
internal sealed class Reproduction(RunnerConnection connection, Screen screen, Func<string, string?> environment)
{
    /// <summary>Repeats an invocation, waits for its end, and compares.</summary>
    /// <param name="original">The invocation.</param>
    /// <param name="outputPrefix">Where the repetition writes; null lets the server choose a place that no other run has.</param>
    /// <param name="values">Values of environment variables: no record has them.</param>
    /// <param name="cancellation">Ends the wait; the repetition goes on.</param>
    public async Task<ReproductionReport> RunAsync(Invocation original, string? outputPrefix, JsonObject values, CancellationToken cancellation)
    {
        var before = await RequireOutputsAsync(original, cancellation).ConfigureAwait(false);
        if (outputPrefix is not null && outputPrefix.Trim('/') == original.OutputPrefix)
            throw new AnalysisRunnerException(CommandLineCodes.ValueMalformed, $"'--output-dir {outputPrefix}' is where the invocation itself has written, and nothing is written over it. Name another place, or leave it out.");

        // A null removes the recorded prefix, so that the server chooses.
        var changes = new JsonObject { ["outputPrefix"] = outputPrefix };
        if (values.Count > 0) changes["environment"] = values;
        var api = await connection.GetAsync(cancellation).ConfigureAwait(false);
        var accepted = await api.RerunAsync(original.ArGuid, changes, Guid.NewGuid().ToString("N"), cancellation).ConfigureAwait(false);
        screen.Note($"Run {accepted.ArGuid}, which repeats {original.ArGuid}, was accepted: {accepted.SignInUrl ?? accepted.Url}");
        return await CompareAsync(original, before, accepted.ArGuid, cancellation).ConfigureAwait(false);
    }

    /// <summary>Compares with an invocation that is there already, once it has ended.</summary>
    public async Task<ReproductionReport> CompareAsync(Invocation original, string repetition, CancellationToken cancellation) =>
        await CompareAsync(original, await RequireOutputsAsync(original, cancellation).ConfigureAwait(false), repetition, cancellation).ConfigureAwait(false);

    private async Task<ReproductionReport> CompareAsync(Invocation original, IReadOnlyList<InvocationOutput> before, string repetition, CancellationToken cancellation)
    {
        // What the run says is no result of this command, so all of it goes where progress goes.
        var notes = new NoteOutput(screen);
        var ended = await new RunFollower(connection, notes, Persistence.Default, TimeSpan.FromSeconds(1), RunProgress.For(notes, environment)).FollowAsync(repetition, cancellation).ConfigureAwait(false);
        screen.Note($"Run {ended.ArGuid} {ended.State.ToName()}{(ended.Reason is { } reason ? $": {reason}" : "")}.");
        if (ended.Outputs is null or { Problem: not null }) throw Incomparable(ended);
        var api = await connection.GetAsync(cancellation).ConfigureAwait(false);
        return new ReproductionReport(original, ended, OutputComparison.Compare(before, await InvocationOutputs.ListAsync(api, ended.ArGuid, cancellation).ConfigureAwait(false)));
    }

    private async Task<IReadOnlyList<InvocationOutput>> RequireOutputsAsync(Invocation original, CancellationToken cancellation)
    {
        if (!original.IsFinal || original.Outputs is null or { Count: 0 } or { Problem: not null }) throw Incomparable(original);
        var api = await connection.GetAsync(cancellation).ConfigureAwait(false);
        return await InvocationOutputs.ListAsync(api, original.ArGuid, cancellation).ConfigureAwait(false);
    }

    private static AnalysisRunnerException Incomparable(Invocation invocation)
    {
        var why = !invocation.IsFinal ? $"it is {invocation.State.ToName()}. Wait for its end"
            : invocation.Outputs is null ? "its outputs were never listed, because it did not get as far as its start. Reproduce another one"
            : invocation.Outputs.Problem is { } problem ? $"the list of its outputs has a problem: {TerminalText.OneLine(problem)} Put that right, and run it again"
            : "it made no output. Reproduce another one";
        return new AnalysisRunnerException(CommandLineCodes.NothingToCompare, $"The outputs of invocation '{invocation.ArGuid}' cannot be compared: {why}.");
    }
}
