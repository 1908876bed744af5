using System.Text;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Pipelines.Hosting;

/// <summary>Checks a described batch and turns it into plain data.</summary>
internal static class BatchComposer
{
    /// <summary>The attribute that ties batches and jobs to their invocation.</summary>
    public const string ArGuidAttribute = "ar-guid";

    private const int LongestKeyPart = 60;

    /// <summary>Everything that is wrong with the batch as a whole.</summary>
    public static IReadOnlyList<Problem> Check(Batch batch, CodeLine runAt)
    {
        if (batch.Jobs.Count == 0)
        {
            return [runAt.Problem(PipelineCodes.EmptyBatch, $"The batch \"{batch.Name}\" has no jobs. Add some with NewJob before it is run.")];
        }

        var problems = new List<Problem>();
        foreach (var file in batch.Jobs.SelectMany(job => job.Files).Where(file => !file.IsWritten))
        {
            problems.Add(file.DeclaredAt.Problem(
                PipelineCodes.FileNeverProduced,
                $"No command of the job \"{file.Job.Name}\" writes its file \"{file.Name}\". Use it in one, as in \"> {{job.Output(\"{file.Name}\")}}\"."));
        }
        if (FindCycle(batch) is { } cycle)
        {
            problems.Add(cycle[0].CreatedAt.Problem(
                PipelineCodes.DependencyCycle,
                $"Jobs wait for each other in a circle, so none could start: {string.Join(" → ", cycle.Select(job => $"\"{job.Name}\" ({job.Id})"))}. Take one of these dependencies away."));
        }
        return problems;
    }

    /// <summary>The batch as plain data.</summary>
    public static BatchSpec Compose(
        Batch batch, string key, IReadOnlyDictionary<string, string> attributes, string? arGuid, IReadOnlyDictionary<string, string> inherited)
    {
        var shared = new Dictionary<string, string>(StringComparer.Ordinal);
        if (arGuid is not null) shared[ArGuidAttribute] = arGuid;
        return new BatchSpec
        {
            Key = key,
            Name = batch.Name,
            Attributes = new Dictionary<string, string>(attributes.Concat(shared), StringComparer.Ordinal),
            Jobs = [.. batch.Jobs.Select(job => job.ToSpec(inherited, shared))],
        };
    }

    /// <summary>The part of a batch's key that people recognise: the name in the key's alphabet.</summary>
    public static string KeyPart(string name)
    {
        var part = new StringBuilder();
        foreach (var c in name.ToLowerInvariant())
        {
            if (part.Length == LongestKeyPart) break;
            if (char.IsAsciiLetterOrDigit(c)) part.Append(c);
            else if (part.Length > 0 && part[^1] != '-') part.Append('-');
        }
        return part.ToString().TrimEnd('-') is { Length: > 0 } text ? text : "batch";
    }

    /// <summary>A circle of dependencies, its first job repeated at the end; null when there is none. Without recursion: chains are long.</summary>
    private static List<Job>? FindCycle(Batch batch)
    {
        var done = new HashSet<Job>();
        var path = new List<Job>();
        var onPath = new HashSet<Job>();
        var open = new Stack<(Job Job, IEnumerator<Job> Parents)>();
        foreach (var start in batch.Jobs)
        {
            if (done.Contains(start)) continue;
            Enter(start);
            while (open.TryPeek(out var current))
            {
                if (!current.Parents.MoveNext())
                {
                    open.Pop();
                    path.RemoveAt(path.Count - 1);
                    onPath.Remove(current.Job);
                    done.Add(current.Job);
                    continue;
                }
                var parent = current.Parents.Current;
                if (onPath.Contains(parent)) return [.. path[path.IndexOf(parent)..], parent];
                if (!done.Contains(parent)) Enter(parent);
            }
        }
        return null;

        void Enter(Job job)
        {
            path.Add(job);
            onPath.Add(job);
            open.Push((job, job.Parents.Values.OrderBy(parent => parent.Id).GetEnumerator()));
        }
    }
}
