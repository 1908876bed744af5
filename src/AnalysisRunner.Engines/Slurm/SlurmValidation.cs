using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Engines.Local;

namespace AnalysisRunner.Engines.Slurm;

/// <summary>What must be true, beyond what every engine demands, of the engine's options and of a batch.</summary>
internal static class SlurmValidation
{
    /// <summary>What is wrong with the options; empty when nothing is.</summary>
    public static IReadOnlyList<Problem> Problems(SlurmEngineOptions options)
    {
        var problems = new List<Problem>(options.Placement.Problems());
        if (options.DriverPartition is { } partition && !SlurmPlacement.IsValue(partition))
            problems.Add(new(EngineCodes.SlurmOptionMalformed, $"The partition of drivers is \"{partition}\", which is no name of a partition. Correct it.", "driverPartition"));
        // Slurm gives a backslash and line ends in a path of a log a meaning of their own.
        if (Path.GetFullPath(options.Directory).AsSpan().IndexOfAny('\\', '\n', '\r') >= 0)
            problems.Add(new(EngineCodes.SlurmOptionMalformed, $"The state folder \"{options.Directory}\" has a backslash or a line end in its path, with which Slurm cannot write logs there. Choose another.", "directory"));
        if (options.MostSubmissionsAtOnce < 1)
            problems.Add(new(EngineCodes.SlurmOptionMalformed, $"The option mostSubmissionsAtOnce is \"{options.MostSubmissionsAtOnce}\"; give 1 or more.", "mostSubmissionsAtOnce"));
        if (options.MemoryGrowth is < 1 or double.NaN or double.PositiveInfinity)
            problems.Add(new(EngineCodes.SlurmOptionMalformed, $"The option memoryGrowth is \"{options.MemoryGrowth}\"; it multiplies the memory of later attempts, so give 1 or more.", "memoryGrowth"));
        return problems;
    }

    /// <summary>Why jobs of a well-formed batch cannot run here; empty when they can.</summary>
    public static IReadOnlyList<Problem> Refusals(BatchSpec spec, SlurmEngineOptions options, FileTransfers transfers)
    {
        var problems = new List<Problem>();
        if (spec.Identity is { } identity) problems.AddRange(Refusals(spec.Key, identity));
        foreach (var job in spec.Jobs)
        {
            foreach (var name in BashText.ReadOnlyVariables.Where(job.Environment.ContainsKey))
                problems.Add(new(EngineCodes.VariableReadOnly, $"{BatchValidation.Name(job)}: the environment variable \"{name}\" is one that bash lets nobody set. Rename or remove it.", "jobs"));
            foreach (var place in job.InputFiles.Select(input => input.From).Concat(job.OutputFiles.Select(output => output.To)))
            {
                if (transfers.Refuse(job, place) is { } unreachable) problems.Add(unreachable);
            }
            if (job.Image is not null && options.Images == ImageRequests.Refuse)
                problems.Add(new(EngineCodes.ImageNotSupported, $"{BatchValidation.Name(job)} asks for the image \"{job.Image}\", and this engine is set to run none. Leave the image out, or set the engine's images to Ignore.", "jobs"));
            if (problems.Count >= BatchValidation.MostProblems) break;
        }
        return problems;
    }

    /// <summary>What of an identity jobs cannot have here: they belong to the user that submits, so that a batch that wants another one must not run as this one.</summary>
    private static IEnumerable<Problem> Refusals(string batch, JobIdentity identity)
    {
        (string Kind, string? Value)[] kinds = [("user", identity.User), ("Slurm user", identity.SlurmUser), ("S3 role", identity.S3Role), ("service account", identity.GcsServiceAccount)];
        foreach (var (kind, value) in kinds)
        {
            if (value is not null)
                yield return new(IdentityCodes.KindNotSupported, $"The batch \"{batch}\" is to have the {kind} \"{value}\", and this engine runs everything as the user that it submits as, with an account of Slurm at most. Leave that out, or use an engine that can give it.", "identity");
        }
        if (identity.SlurmAccount is { } account && !SlurmPlacement.IsValue(account))
            yield return new(EngineCodes.SlurmOptionMalformed, $"The batch \"{batch}\" is to be charged to \"{account}\", which is no name of an account. Correct it.", "identity");
    }
}
