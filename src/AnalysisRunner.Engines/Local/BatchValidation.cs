using System.Globalization;
using System.Text.RegularExpressions;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Engines.Local;

/// <summary>What must be true of a batch before an engine takes it; all that is wrong is found at once.</summary>
internal static partial class BatchValidation
{
    /// <summary>A batch that is wrong in the same way a million times is told so a hundred times.</summary>
    public const int MostProblems = 100;

    private const int LongestKey = 200;

    /// <summary>The problems of a batch, most basic first; empty when there are none.</summary>
    public static IReadOnlyList<Problem> Problems(BatchSpec spec)
    {
        var problems = new List<Problem>();
        if (!IsKey(spec.Key))
            problems.Add(new(EngineCodes.BatchKeyMalformed, $"The batch key \"{spec.Key}\" is not 1 to {LongestKey} characters of A-Z a-z 0-9 . _ - that start with a letter, a digit or _; it names a folder. Choose such a key.", "key"));
        if (spec.CancelAfterFailures is < 1)
            problems.Add(new(EngineCodes.ValueOutOfRange, $"cancelAfterFailures is {Text(spec.CancelAfterFailures.Value)}; it counts failures, so give 1 or more, or leave it out.", "cancelAfterFailures"));
        for (var i = 0; i < spec.Jobs.Count && problems.Count < MostProblems; i++)
        {
            var job = spec.Jobs[i];
            if (job.Id != i + 1)
            {
                problems.Add(new(EngineCodes.JobIdsMalformed, $"The job at position {Text(i + 1)} has the id {Text(job.Id)}; ids are the one-based positions, so that each names exactly one job. Number the jobs 1, 2, 3 and so on.", "jobs"));
                continue;
            }
            Values(job, problems);
            Parents(job, spec.Jobs.Count, problems);
            Environment(job, problems);
            Outputs(job, problems);
        }
        if (problems.Count < MostProblems) BatchFileValidation.Check(spec, problems);
        if (problems.Count < MostProblems) Groups(spec, problems);
        // A circle can be looked for only among parents that exist.
        if (problems.Count == 0 && FindCycle(spec.Jobs) is { } cycle)
        {
            var path = string.Join(" -> ", cycle.Select(id => Name(spec.Jobs[id - 1])));
            problems.Add(new(EngineCodes.DependencyCycle, $"Jobs wait for each other in a circle: {path}. None of them could ever start; remove one of these dependencies.", "jobs"));
        }
        return problems;
    }

    /// <summary>How messages name a job.</summary>
    public static string Name(JobSpec job) => job.Name.Length == 0 ? $"job {Text(job.Id)}" : $"job {Text(job.Id)} \"{job.Name}\"";

    /// <summary>Whether a text is a well-formed batch key.</summary>
    public static bool IsKey(string key) => key.Length <= LongestKey && KeyPattern().IsMatch(key);

    private static void Values(JobSpec job, List<Problem> problems)
    {
        if (job.MilliCpu < 0) Refuse("milliCpu", Text(job.MilliCpu), "0 or more");
        if (job.MemoryBytes < 0) Refuse("memoryBytes", Text(job.MemoryBytes), "0 or more");
        if (job.MemoryGrowth is { } growth && !(growth >= 1 && double.IsFinite(growth))) Refuse("memoryGrowth", growth.ToString(CultureInfo.InvariantCulture), "1 or more, or nothing");
        if (job.StorageBytes < 0) Refuse("storageBytes", Text(job.StorageBytes), "0 or more");
        if (job.Attempts < 1) Refuse("attempts", Text(job.Attempts), "1 or more");
        if (job.Timeout is { } timeout && timeout <= TimeSpan.Zero) Refuse("timeout", timeout.ToString(), "more than zero, or nothing");
        if (job.Command.Contains('\0', StringComparison.Ordinal)) Refuse("command", "a text with a NUL character", "a script without it: bash would silently drop it");

        void Refuse(string field, string found, string wanted) =>
            problems.Add(new(EngineCodes.ValueOutOfRange, $"{Name(job)}: {field} is {found}; give {wanted}.", "jobs"));
    }

    private static void Parents(JobSpec job, int count, List<Problem> problems)
    {
        for (var i = 0; i < job.Parents.Count; i++)
        {
            var parent = job.Parents[i];
            var wrong = parent == job.Id ? "is the job itself"
                : parent < 1 || parent > count ? "is no job of the batch"
                : SeenBefore(job.Parents, i) ? "is named twice"
                : null;
            if (wrong is not null)
                problems.Add(new(EngineCodes.ParentMalformed, $"{Name(job)}: its parent {Text(parent)} {wrong}. Name each job that it waits for once, by its id in the batch.", "jobs"));
        }
    }

    private static bool SeenBefore(IReadOnlyList<int> parents, int index)
    {
        // Few parents are compared in place; a job that gathers thousands gets a set, made once, at its last parent.
        if (parents.Count <= 32)
        {
            for (var i = 0; i < index; i++)
            {
                if (parents[i] == parents[index]) return true;
            }
            return false;
        }
        return index == parents.Count - 1 && new HashSet<int>(parents).Count != parents.Count;
    }

    private static void Environment(JobSpec job, List<Problem> problems)
    {
        foreach (var (name, value) in job.Environment)
        {
            var wrong = !VariablePattern().IsMatch(name) ? "is not a name that shells can read: letters, digits and _, not starting with a digit"
                : name == DriverEnvironment.BatchTemporaryDirectory ? "is set by the engine itself"
                : value.Contains('\0', StringComparison.Ordinal) ? "has a value with a NUL character, which no environment can hold"
                : null;
            if (wrong is not null)
                problems.Add(new(EngineCodes.EnvironmentMalformed, $"{Name(job)}: the environment variable \"{name}\" {wrong}. Rename or remove it.", "jobs"));
        }
    }

    private static void Outputs(JobSpec job, List<Problem> problems)
    {
        foreach (var output in job.Outputs)
        {
            if (!IsBelow(output))
                problems.Add(new(EngineCodes.OutputPathMalformed, $"{Name(job)}: the output \"{output}\" is not a relative path of plain names with / between them; it would lie outside the batch's folder. Use a path such as \"counts/all.tsv\".", "jobs"));
        }
    }

    private static void Groups(BatchSpec spec, List<Problem> problems)
    {
        for (var i = 0; i < spec.Groups.Count && problems.Count < MostProblems; i++)
        {
            var group = spec.Groups[i];
            var wrong = group.Id != i + 1 ? $"has the id {Text(group.Id)} at position {Text(i + 1)}; number the groups 1, 2, 3 and so on"
                : group.Parent < 0 || group.Parent >= group.Id ? $"lies in the group {Text(group.Parent)}, which is none before it; name an earlier group, or 0 for the batch"
                : group.CancelAfterFailures is < 1 ? $"stops after {Text(group.CancelAfterFailures.Value)} failures; give 1 or more, or leave it out"
                : null;
            if (wrong is not null) problems.Add(new(EngineCodes.GroupMalformed, $"The group \"{group.Name}\" {wrong}.", "groups"));
        }
        foreach (var job in spec.Jobs.Where(job => job.Group < 0 || job.Group > spec.Groups.Count).Take(MostProblems))
            problems.Add(new(EngineCodes.GroupMalformed, $"{Name(job)} belongs to the group {Text(job.Group)}, which the batch does not have. Name one of its {Text(spec.Groups.Count)} groups, or 0.", "jobs"));
    }

    /// <summary>Whether a path is a relative one of plain names, so that it stays below the folder that it is put under.</summary>
    public static bool IsBelow(string path) => path.Length > 0 && path.AsSpan().IndexOfAny('\0', '\\') < 0
        && path.Split('/').All(segment => segment is not ("" or "." or ".."));

    /// <summary>The jobs of one circle, its first also last; null when there is none. Iterative: a chain may be as long as the batch.</summary>
    private static List<int>? FindCycle(IReadOnlyList<JobSpec> jobs)
    {
        const byte Untouched = 0, OnPath = 1, Done = 2;
        var marks = new byte[jobs.Count + 1];
        var path = new Stack<(int Id, int NextParent)>();
        foreach (var root in jobs)
        {
            if (marks[root.Id] != Untouched) continue;
            marks[root.Id] = OnPath;
            path.Push((root.Id, 0));
            while (path.TryPop(out var top))
            {
                var parents = jobs[top.Id - 1].Parents;
                if (top.NextParent == parents.Count)
                {
                    marks[top.Id] = Done;
                    continue;
                }
                path.Push(top with { NextParent = top.NextParent + 1 });
                var parent = parents[top.NextParent];
                if (marks[parent] == OnPath) return [.. path.Select(step => step.Id).TakeWhile(id => id != parent).Prepend(parent).Reverse().Prepend(parent)];
                if (marks[parent] == Untouched)
                {
                    marks[parent] = OnPath;
                    path.Push((parent, 0));
                }
            }
        }
        return null;
    }

    private static string Text<T>(T number) where T : IFormattable => number.ToString(null, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\A[A-Za-z0-9_][A-Za-z0-9._-]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex KeyPattern();

    [GeneratedRegex(@"\A[A-Za-z_][A-Za-z0-9_]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex VariablePattern();
}
