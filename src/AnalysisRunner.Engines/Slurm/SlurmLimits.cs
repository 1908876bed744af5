using System.Globalization;

namespace AnalysisRunner.Engines.Slurm;

/// <summary>What a cluster is set to, as far as it matters here.</summary>
/// <param name="MaxArraySize">One more than the largest index of an array.</param>
/// <param name="MaxJobCount">How many jobs the controller keeps in all.</param>
/// <param name="HasAccounting">Whether <c>sacct</c> knows jobs that the controller has forgotten.</param>
internal sealed record SlurmLimits(int MaxArraySize, int MaxJobCount, bool HasAccounting)
{
    /// <summary>How many of our tasks Slurm may have at once: others use the cluster too.</summary>
    public int MostTasks => Math.Max(1, MaxJobCount / 4 * 3);

    /// <summary>Reads the answer of <c>scontrol show config</c>; what it does not say has the value that Slurm has by default.</summary>
    public static SlurmLimits Parse(string answer)
    {
        var values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var line in answer.Split('\n'))
        {
            var equals = line.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0) values.TryAdd(line[..equals].Trim(), line[(equals + 1)..].Trim());
        }
        return new SlurmLimits(Number("MaxArraySize", 1001), Number("MaxJobCount", 10_000),
            values.TryGetValue("AccountingStorageType", out var storage) && storage is not ("(null)" or "accounting_storage/none" or ""));

        int Number(string name, int otherwise) =>
            values.TryGetValue(name, out var text) && int.TryParse(text.Split(' ')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 ? number : otherwise;
    }
}
