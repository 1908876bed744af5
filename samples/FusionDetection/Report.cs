using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace FusionDetection;

/// <summary>One sample of the report.</summary>
internal sealed record SampleSummary(string Sample, long Pairs, long Aligned, IReadOnlyList<string> Fusions);

/// <summary>Sums the results up, and refuses those that contradict each other.</summary>
internal static class Report
{
    /// <summary>Runs as a job.</summary>
    /// <exception cref="InvalidDataException">The counts per transcript do not sum to the reads that aligned.</exception>
    /// <exception cref="JsonException">A result is no JSON.</exception>
    public static IReadOnlyList<SampleSummary> Summarise(string[] samples, FileInfo[] runs, FileInfo[] abundances, FileInfo[] fusions)
    {
        var summaries = samples.Select((sample, i) => Summarise(sample, runs[i], abundances[i], fusions[i])).ToList();
        foreach (var summary in summaries)
            Console.WriteLine($"{summary.Sample}: {summary.Aligned} of {summary.Pairs} pairs aligned; fusions: {(summary.Fusions.Count == 0 ? "none" : string.Join(", ", summary.Fusions))}");
        return summaries;
    }

    private static SampleSummary Summarise(string sample, FileInfo runFile, FileInfo abundance, FileInfo fusionFile)
    {
        var run = Json(runFile);
        var aligned = run["n_pseudoaligned"]!.GetValue<long>();
        var counted = File.ReadLines(abundance.FullName).Skip(1).Sum(line => double.Parse(line.Split('\t')[3], CultureInfo.InvariantCulture));
        // kallisto prints six digits of each estimate.
        if (Math.Abs(counted - aligned) > 0.01 * Math.Max(aligned, 100))
            throw new InvalidDataException($"The counts of \"{sample}\" sum to {counted}, but {aligned} pairs aligned.");
        var fusions = Json(fusionFile)["genes"]!.AsArray().Select(gene => $"{gene!["geneA"]!["name"]}-{gene["geneB"]!["name"]}");
        return new SampleSummary(sample, run["n_processed"]!.GetValue<long>(), aligned, [.. fusions]);
    }

    private static JsonNode Json(FileInfo file) => JsonNode.Parse(File.ReadAllText(file.FullName))!;
}
