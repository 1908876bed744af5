namespace AnalysisRunner.Engines.Slurm;

/// <summary>Tasks that are handed to Slurm by one call, as one array.</summary>
/// <param name="Number">Which submission of the batch, from 1.</param>
/// <param name="Shape">What each task asks for.</param>
/// <param name="Dependencies">What the tasks wait for; empty when they could start at once.</param>
/// <param name="Tasks">The tasks, by index.</param>
internal sealed record PlannedSubmission(int Number, JobShape Shape, IReadOnlyList<PlannedDependency> Dependencies, IReadOnlyList<PlannedTask> Tasks);

/// <summary>One task of an array.</summary>
/// <param name="Job">The job's id in its batch.</param>
/// <param name="Attempt">Which attempt of the job.</param>
/// <param name="Index">The index in the array.</param>
internal readonly record struct PlannedTask(int Job, int Attempt, int Index);

/// <summary>What an array waits for.</summary>
/// <param name="Submission">An earlier submission of the batch.</param>
/// <param name="Corresponding">Each task for the success of the one with its own index (<c>aftercorr</c>); otherwise all for that of all (<c>afterok</c>).</param>
internal readonly record struct PlannedDependency(int Submission, bool Corresponding);

/// <summary>What tasks must have in common to be one array.</summary>
/// <param name="Cpus">Whole cores.</param>
/// <param name="MemoryMebibytes">Memory of the node; 0 leaves it to the cluster.</param>
/// <param name="Minutes">The ceiling of Slurm's own time limit; 0 leaves it to the cluster.</param>
/// <param name="IsDriver">Whether they wait for others rather than work.</param>
internal readonly record struct JobShape(int Cpus, long MemoryMebibytes, long Minutes, bool IsDriver);
