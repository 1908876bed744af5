using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Engines.Local;

/// <summary>What must be true of the files that a batch brings to its jobs and delivers.</summary>
internal static class BatchFileValidation
{
    public static void Check(BatchSpec spec, List<Problem> problems)
    {
        var sources = new Dictionary<string, (string From, JobSpec Job)>(StringComparer.Ordinal);
        var destinations = new Dictionary<string, JobSpec>(StringComparer.Ordinal);
        foreach (var job in spec.Jobs)
        {
            if (problems.Count >= BatchValidation.MostProblems) return;
            foreach (var input in job.InputFiles) Input(job, input, sources, problems);
            foreach (var output in job.OutputFiles) Output(job, output, destinations, problems);
        }
    }

    private static void Input(JobSpec job, InputFile input, Dictionary<string, (string From, JobSpec Job)> sources, List<Problem> problems)
    {
        var wrong = !BatchValidation.IsBelow(input.To) ? $"is to appear at \"{input.To}\", which is no relative path of plain names with / between them"
            : !IsPlace(input.From) ? "is neither an absolute path nor a URL"
            : !sources.TryAdd(input.To, (input.From, job)) && sources[input.To].From != input.From
                ? $"is to appear at \"{input.To}\", where {BatchValidation.Name(sources[input.To].Job)} has \"{sources[input.To].From}\""
            : null;
        if (wrong is not null)
            problems.Add(new(EngineCodes.InputFileMalformed, $"{BatchValidation.Name(job)}: the input \"{input.From}\" {wrong}. Give each source a place of its own below BATCH_TMPDIR.", "jobs"));
    }

    private static void Output(JobSpec job, OutputFile output, Dictionary<string, JobSpec> destinations, List<Problem> problems)
    {
        var wrong = !BatchValidation.IsBelow(output.From) ? "is no relative path of plain names with / between them"
            : !IsPlace(output.To) ? "goes to no absolute path and no URL"
            : !destinations.TryAdd(Normal(output.To), job) ? $"goes where an output of {BatchValidation.Name(destinations[Normal(output.To)])} goes; one would overwrite the other"
            : null;
        if (wrong is not null)
            problems.Add(new(EngineCodes.OutputFileMalformed, $"{BatchValidation.Name(job)}: the output \"{output.From}\" for \"{output.To}\" {wrong}. Give each output a destination of its own.", "jobs"));
    }

    private static bool IsPlace(string place) => !place.Contains('\0', StringComparison.Ordinal) && (FileTransfers.IsUrl(place) || Path.IsPathFullyQualified(place));

    private static string Normal(string place) => FileTransfers.IsUrl(place) ? place : Path.GetFullPath(place);
}
