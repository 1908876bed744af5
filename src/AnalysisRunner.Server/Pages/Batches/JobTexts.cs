using System.Globalization;
using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Pages.Shared;

namespace AnalysisRunner.Server.Pages.Batches;

/// <summary>What is said of jobs.</summary>
internal static class JobTexts
{
    /// <summary>How an attempt ended.</summary>
    public static string Exit(int? code, int? signal) =>
        code is { } number ? Texts.Number(number) : signal is { } ended ? $"signal {Texts.Number(ended)}" : "";

    /// <summary>What a job asks for.</summary>
    public static string Asked(JobSpec job)
    {
        var asked = new List<string> { string.Create(CultureInfo.InvariantCulture, $"{job.MilliCpu / 1000.0:0.###} cores") };
        if (job.MemoryBytes > 0) asked.Add($"{Texts.Size(job.MemoryBytes)} of memory");
        if (job.StorageBytes > 0) asked.Add($"{Texts.Size(job.StorageBytes)} of storage");
        if (job.Timeout is { } limit) asked.Add($"at most {Texts.Duration(limit)}");
        if (job.Attempts > 1) asked.Add($"{Texts.Number(job.Attempts)} attempts");
        if (job.Image is { } image) asked.Add(Texts.Image(image, job.ResolvedImage));
        if (job.AlwaysRun) asked.Add("always runs");
        return string.Join(", ", asked);
    }
}
