using System.Globalization;
using System.Text;
using AnalysisRunner.Contracts;

namespace AnalysisRunner.Pipelines;

/// <summary>A plan as people read it.</summary>
internal static class PlanText
{
    public static string Of(BatchPlan plan)
    {
        var text = new StringBuilder();
        Line(text, 0, $"Plan of batch \"{plan.Name}\": {Number(plan.Spec.Jobs.Count, "job")}, {plan.Digest}");
        if (plan.Spec.CancelAfterFailures is { } failures) Line(text, 1, $"cancelled after {Number(failures, "failure")}");
        foreach (var (name, value) in plan.Spec.Attributes.OrderBy(attribute => attribute.Key, StringComparer.Ordinal)) Line(text, 1, $"{name}: {value}");
        foreach (var group in plan.Spec.Groups)
        {
            var within = group.Parent == 0 ? "" : $", in group {Digits(group.Parent)}";
            Line(text, 1, $"group {Digits(group.Id)} \"{group.Name}\"{within}{(group.CancelAfterFailures is { } most ? $", cancelled after {Number(most, "failure")}" : "")}");
        }
        foreach (var job in plan.Spec.Jobs) Append(text, job, plan.Spec);
        return text.ToString().TrimEnd('\n');
    }

    private static void Append(StringBuilder text, JobSpec job, BatchSpec batch)
    {
        Line(text, 1, $"{Digits(job.Id)} {(job.Name.Length > 0 ? $"\"{job.Name}\"" : "(no name)")}{(job.Group > 0 ? $", in group {Digits(job.Group)}" : "")}");
        if (job.Parents.Count > 0) Line(text, 2, $"after:   {string.Join(", ", job.Parents.Select(id => $"{Digits(id)} \"{batch.Jobs[id - 1].Name}\""))}");
        Line(text, 2, $"asks:    {string.Join(", ", Asks(job))}");
        foreach (var (name, value) in job.Environment) Line(text, 2, $"env:     {name}={Shell.Quote(value)}");
        foreach (var input in job.InputFiles) Line(text, 2, $"reads:   {input.From} as {input.To}");
        foreach (var output in job.Outputs) Line(text, 2, $"makes:   {output}");
        foreach (var output in job.OutputFiles) Line(text, 2, $"writes:  {output.From} to {output.To}");
        foreach (var line in job.Command.Split('\n')) Line(text, 2, $"$ {line}");
    }

    private static IEnumerable<string> Asks(JobSpec job)
    {
        yield return string.Create(CultureInfo.InvariantCulture, $"cpu {job.MilliCpu / 1000m}");
        if (job.MemoryBytes > 0) yield return $"memory {Bytes(job.MemoryBytes)}";
        if (job.MemoryGrowth is { } growth) yield return string.Create(CultureInfo.InvariantCulture, $"{growth} times the memory at each further attempt");
        if (job.StorageBytes > 0) yield return $"storage {Bytes(job.StorageBytes)}";
        if (job.Spot is { } spot) yield return spot ? "spot" : "not spot";
        if (job.Regions.Count > 0) yield return $"regions {string.Join(' ', job.Regions)}";
        if (job.Timeout is { } limit) yield return $"time limit {limit.ToString("c", CultureInfo.InvariantCulture)}";
        if (job.Attempts > 1) yield return $"{Digits(job.Attempts)} attempts";
        if (job.Image is { } image) yield return $"image {image}";
        if (job.Network) yield return "network";
        if (job.AlwaysRun) yield return "always runs";
    }

    private static string Bytes(long bytes)
    {
        string[] units = ["B", "Ki", "Mi", "Gi", "Ti", "Pi"];
        var unit = 0;
        while (unit < units.Length - 1 && bytes >= 1024 && bytes % 1024 == 0) (bytes, unit) = (bytes / 1024, unit + 1);
        return string.Create(CultureInfo.InvariantCulture, $"{bytes} {units[unit]}");
    }

    private static string Number(int count, string what) => string.Create(CultureInfo.InvariantCulture, $"{count} {what}{(count == 1 ? "" : "s")}");

    private static string Digits(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static void Line(StringBuilder text, int depth, string content) => text.Append(' ', depth * 2).Append(content).Append('\n');
}
