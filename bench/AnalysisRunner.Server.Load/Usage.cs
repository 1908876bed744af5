using System.Globalization;

namespace AnalysisRunner.Server.Load;

/// <summary>What processes have used so far, as Linux tells it.</summary>
/// <param name="User">User time.</param>
/// <param name="System">System time.</param>
/// <param name="PeakMemory">The most bytes that were resident.</param>
internal readonly record struct Usage(TimeSpan User, TimeSpan System, long PeakMemory)
{
    /// <summary>User and system time.</summary>
    public TimeSpan Cpu => User + System;

    private const int TicksPerSecond = 100;

    /// <summary>A process and the children that it has waited for (git).</summary>
    public static Usage Of(int processId)
    {
        var stat = File.ReadAllText($"/proc/{processId}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        TimeSpan Time(int own, int children) =>
            TimeSpan.FromSeconds((double)(long.Parse(fields[own], CultureInfo.InvariantCulture) + long.Parse(fields[children], CultureInfo.InvariantCulture)) / TicksPerSecond);
        var peak = File.ReadLines($"/proc/{processId}/status").First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
        var kilobytes = long.Parse(peak.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
        return new Usage(Time(11, 13), Time(12, 14), kilobytes * 1024);
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
                own = new Usage(own.User + child.User, own.System + child.System, own.PeakMemory + child.PeakMemory);
            }
            catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
            {
                // It has just ended.
            }
        }
        return own;
    }
}
