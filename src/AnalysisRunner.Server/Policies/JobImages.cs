using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Policies.Rules;
using AnalysisRunner.Server.Settings;

namespace AnalysisRunner.Server.Policies;

/// <summary>The images of jobs are judged like that of their driver, when their batch is handed over: before that nobody knows them.</summary>
/// <param name="current">The settings now.</param>
internal sealed class JobImages(CurrentSettings current)
{
    /// <summary>Refuses a batch with an image that its invocation's level does not take.</summary>
    /// <exception cref="AnalysisRunnerException"><c>AR6056</c>, for each image.</exception>
    public void Ensure(BatchSpec batch, Invocation invocation)
    {
        if (current.Value.Policy.Find(invocation.Dataset) is not { } dataset) return;
        var problems = batch.Jobs.Select(job => job.Image).OfType<string>().Distinct(StringComparer.Ordinal)
            .Select(image => ImageRule.Judge(dataset, invocation.AccessLevel, image)).OfType<Problem>().ToList();
        if (problems.Count > 0) throw new AnalysisRunnerException(problems);
    }
}
