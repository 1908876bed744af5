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
        if (options.Images == ImageRequests.Run)
            problems.Add(new(EngineCodes.SlurmOptionMalformed, "The option images is \"Run\", and this engine runs no containers. Choose Refuse or Ignore.", "images"));
        if (options.MemoryGrowth is < 1 or double.NaN or double.PositiveInfinity)
            problems.Add(new(EngineCodes.SlurmOptionMalformed, $"The option memoryGrowth is \"{options.MemoryGrowth}\"; it multiplies the memory of later attempts, so give 1 or more.", "memoryGrowth"));
        return problems;
    }

    /// <summary>Why jobs of a well-formed batch cannot run here; empty when they can.</summary>
    public static IReadOnlyList<Problem> Refusals(BatchSpec spec, SlurmEngineOptions options, FileTransfers transfers)
    {
        var problems = new List<Problem>();
        // Jobs belong to the user that submits; a batch that wants another one must not run as this one.
        if (spec.Identity?.User is { } user)
            problems.Add(new(IdentityCodes.KindNotSupported, $"The batch \"{spec.Key}\" is to run as the user \"{user}\", and this engine runs everything as the user that it submits as. Leave the identity out, or use the local engine.", "identity"));
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
}
