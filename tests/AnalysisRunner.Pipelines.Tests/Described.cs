using AnalysisRunner.Contracts;
using AnalysisRunner.Pipelines.Hosting;

namespace AnalysisRunner.Pipelines.Tests;

/// <summary>Batches that are described and looked at, without anything that runs them.</summary>
internal static class Described
{
    public static Batch Batch(string name = "tests") => Pipelines.Batch.Create(name, new NoHost());

    public static JobSpec Spec(this Job job) =>
        BatchComposer.Compose(job.Batch, 0, job.Batch.Outputs, "tests", null, new Dictionary<string, string>()).Jobs[job.Id - 1];

    /// <summary>The script that a command becomes.</summary>
    public static string Script(CommandInterpolatedStringHandler command) => Batch().NewJob("job").Command(command).Spec().Command;

    public static string Code(Action misuse) => Should.Throw<AnalysisRunnerException>(misuse).Problems[0].Code;

    private sealed class NoHost() : BatchHost(_ => null, new ProgressDisplay(TextWriter.Null, null))
    {
        private protected override Task<BatchHandle> SubmitAsync(BatchSpec spec, ConfiguredEngine? settings, CodeLine at, CancellationToken cancellation) => throw new NotSupportedException("Only described.");
    }
}
