using System.Globalization;

namespace AnalysisRunner.Server.Load;

/// <summary>What processes have used so far, as Linux tells it.</summary>
/// <param name="Cpu">User and system time.</param>
/// <param name="PeakMemory">The most bytes that were resident.</param>
internal readonly record struct Usage(TimeSpan Cpu, long PeakMemory)
{
    private const int TicksPerSecond = 100;

    /// <summary>A process and the children that it has waited for (git).</summary>
    public static Usage Of(int processId)
    {
        var stat = File.ReadAllText($"/proc/{processId}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        var ticks = fields[11..15].Sum(field => long.Parse(field, CultureInfo.InvariantCulture));
        var peak = File.ReadLines($"/proc/{processId}/status").First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
        var kilobytes = long.Parse(peak.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
        return new Usage(TimeSpan.FromSeconds((double)ticks / TicksPerSecond), kilobytes * 1024);
    }

    /// <summary>A process and all its living descendants: PostgreSQL, whose connections are processes.</summary>
    public static Usage OfTree(int processId)
    {
        var own = Of(processId);
        foreach (var line in File.ReadAllText($"/proc/{processId}/task/{processId}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            try
            {
                var child = OfTree(int.Parse(line, CultureInfo.InvariantCulture));
                own = new Usage(own.Cpu + child.Cpu, own.PeakMemory + child.PeakMemory);
            }
            catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
            {
                // It has just ended.
            }
        }
        return own;
    }
}
