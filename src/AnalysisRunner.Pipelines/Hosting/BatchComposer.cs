using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using AnalysisRunner.Contracts;

namespace AnalysisRunner.Pipelines.Hosting;

/// <summary>Turns a described batch, or what was added to it since its last run, into plain data.</summary>
internal static class BatchComposer
{
    private const int LongestKeyPart = 60;

    /// <summary>The batch as plain data.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="before">How many of its jobs earlier runs took.</param>
    /// <param name="outputs">What is delivered by this run.</param>
    /// <param name="key">The key for the engine.</param>
    /// <param name="arGuid">The invocation, which batch and jobs carry.</param>
    /// <param name="inherited">Variables that every job gets.</param>
    [MethodImpl(HotPath.Method)]
    public static BatchSpec Compose(
        Batch batch, int before, IReadOnlyList<(ResourceFile File, string Destination)> outputs, string key, string? arGuid, IReadOnlyDictionary<string, string> inherited)
    {
        var shared = new Dictionary<string, string>(StringComparer.Ordinal);
        if (arGuid is not null) shared[AttributeName.ArGuid] = arGuid;
        var byJob = outputs.Where(output => output.File.Producer is not null).GroupBy(output => output.File.Producer!.Id).ToDictionary(
            job => job.Key, job => job.Select(output => new OutputFile(output.File.Path, output.Destination)).ToList());
        var composition = new Composition(before, inherited, shared, byJob);
        var jobs = new List<JobSpec>(batch.Jobs.Count - before);
        for (var i = before; i < batch.Jobs.Count; i++) jobs.Add(batch.Jobs[i].ToSpec(composition));
        foreach (var input in outputs.Where(output => output.File.Producer is null).GroupBy(output => output.File))
            jobs.Add(Delivery(jobs.Count + 1, input.Key, input.Select(output => output.Destination), composition));
        return new BatchSpec
        {
            Key = key,
            Name = batch.Name,
            Attributes = composition.Attributes(batch.Attributes),
            Jobs = jobs,
            Groups = [.. batch.Groups.Select(group => group.ToSpec())],
            CancelAfterFailures = batch.FailuresToCancel,
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

    /// <summary>An input that goes straight to an output is a job of its own, so that it is delivered like everything else.</summary>
    private static JobSpec Delivery(int id, ResourceFile input, IEnumerable<string> destinations, Composition composition) => new()
    {
        Id = id,
        Name = string.Create(CultureInfo.InvariantCulture, $"deliver {input.Name}"),
        Command = ":",
        Environment = composition.Environment(SettingValues.Standard.Environment),
        InputFiles = [new InputFile(input.Source!, input.Path)],
        OutputFiles = [.. destinations.Select(destination => new OutputFile(input.Path, destination))],
        Attributes = composition.Attributes(null),
    };
}
