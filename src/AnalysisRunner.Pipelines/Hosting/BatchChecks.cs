using System.Globalization;
using System.Runtime.CompilerServices;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Pipelines.Hosting;

/// <summary>What can be wrong with a batch as a whole.</summary>
internal static class BatchChecks
{
    /// <summary>A batch that is wrong in the same way a million times is told so a hundred times.</summary>
    private const int MostProblems = 100;

    /// <summary>Everything that is wrong with the jobs after the first <paramref name="before"/>; what is perhaps not meant goes to the batch's warnings.</summary>
    [MethodImpl(HotPath.Method)]
    public static List<Problem> Problems(Batch batch, int before)
    {
        var problems = new List<Problem>();
        for (var i = before; i < batch.Jobs.Count && problems.Count < MostProblems; i++)
        {
            var job = batch.Jobs[i];
            foreach (var file in job.Unwritten) problems.Add(NeverProduced(job, file));
            if (job.MayMissFiles)
            {
                var warning = job.CreatedAt.Problem(PipelineCodes.FileMayBeMissing, $"The job \"{job.Name}\" always runs and uses files of jobs that may have failed. Let its commands look whether they exist.");
                if (!batch.Warnings.Contains(warning)) batch.Warn(warning);
            }
        }
        if (batch.HasForwardEdges && FindCycle(batch) is { } cycle) problems.Add(Circle(batch, cycle));
        return problems;
    }

    private static Problem NeverProduced(Job job, Resource file) => file.DeclaredAt.Problem(
        PipelineCodes.FileNeverProduced,
        $"No command of the job \"{job.Name}\" writes its file \"{file.Name}\". Use it in one, as in \"> {{job.Output(\"{file.Name}\")}}\".");

    private static Problem Circle(Batch batch, List<Job> cycle)
    {
        var at = Enumerable.Range(0, cycle.Count - 1).Select(i => batch.ForwardEdge(cycle[i], cycle[i + 1])).Last(line => line is not null)!.Value;
        var path = string.Join(" → ", cycle.Select(job => string.Create(CultureInfo.InvariantCulture, $"\"{job.Name}\" ({job.Id})")));
        return at.Problem(PipelineCodes.DependencyCycle, $"Jobs wait for each other in a circle, so none could start: {path}. Take one of these dependencies away.");
    }

    /// <summary>A circle of dependencies, its first job repeated at the end; null when there is none. Without recursion: chains are long.</summary>
    private static List<Job>? FindCycle(Batch batch)
    {
        const byte Untouched = 0, OnPath = 1, Done = 2;
        var marks = new byte[batch.Jobs.Count + 1];
        var path = new Stack<(int Id, int NextParent)>();
        foreach (var start in batch.Jobs)
        {
            if (marks[start.Id] != Untouched) continue;
            Enter(start.Id);
            while (path.TryPop(out var top))
            {
                var parents = batch.Jobs[top.Id - 1].Parents;
                if (top.NextParent == parents.Length)
                {
                    marks[top.Id] = Done;
                    continue;
                }
                path.Push(top with { NextParent = top.NextParent + 1 });
                var parent = parents[top.NextParent];
                if (marks[parent] == OnPath)
                {
                    var circle = path.Select(step => step.Id).TakeWhile(id => id != parent).Append(parent).Reverse().Append(parent);
                    return [.. circle.Select(id => batch.Jobs[id - 1])];
                }
                if (marks[parent] == Untouched) Enter(parent);
            }
        }
        return null;

        void Enter(int id)
        {
            marks[id] = OnPath;
            path.Push((id, 0));
        }
    }
}
