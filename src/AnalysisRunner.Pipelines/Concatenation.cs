using System.Globalization;
using System.Runtime.CompilerServices;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Pipelines;

/// <summary>Puts many files into one by a tree of jobs, none of which reads too many (hail-batch spec §3.7).</summary>
public static class Concatenation
{
    /// <summary>Adds jobs that write the files one after the other into one.</summary>
    /// <param name="batch">The batch of the files.</param>
    /// <param name="files">At least one, in order. A single one is its own concatenation.</param>
    /// <param name="branchingFactor">How many files a job reads at most; at least 2.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <returns>The one file.</returns>
    /// <exception cref="AnalysisRunnerException"><c>AR5105</c>: there are no files, or the factor is too small.</exception>
    public static ResourceFile Concatenate(
        this Batch batch, IEnumerable<ResourceFile> files, int branchingFactor = 100, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(files);
        var at = new CodeLine(file, line);
        var rest = files.ToArray();
        if (rest.Length == 0) throw at.Fault(PipelineCodes.QuantityMalformed, $"\"0\" files cannot be concatenated in the batch \"{batch.Name}\"; give at least one.");
        if (branchingFactor < 2)
        {
            throw at.Fault(PipelineCodes.QuantityMalformed, string.Create(CultureInfo.InvariantCulture,
                $"\"{branchingFactor}\" is no branching factor: each job must read at least 2 files, or their number never becomes less."));
        }
        for (var level = 0; rest.Length > 1; level++)
        {
            rest = [.. rest.Chunk(branchingFactor).Select((chunk, i) =>
            {
                var job = batch.NewJob(string.Create(CultureInfo.InvariantCulture, $"concatenate-{level}-{i}"), file, line);
                var whole = job.Output("concatenated", file, line);
                job.Command($"cat {chunk} > {whole}", file, line);
                return whole;
            })];
        }
        return rest[0];
    }
}
