using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace AnalysisRunner.Server.Telemetry;

/// <summary>What git costs. Of the process, because git is started where no server is known.</summary>
internal static class GitFigures
{
    private static readonly Histogram<double> Duration = ServerMetrics.Process.CreateHistogram<double>("analysis_runner.git.duration", "s", "How long a git process ran.");

    /// <summary>Times a process; the outcome is told by setting it.</summary>
    public static Measurement Measure(string command) => new(command);

    /// <summary>A process that is timed until this is disposed.</summary>
    internal sealed class Measurement(string command) : IDisposable
    {
        private readonly long _start = Stopwatch.GetTimestamp();

        /// <summary><c>ok</c>, <c>failed</c> (an exit code), or <c>stopped</c> (a limit, or the caller gave up).</summary>
        public string Outcome { get; set; } = "stopped";

        public void Dispose() => Duration.Record(Stopwatch.GetElapsedTime(_start).TotalSeconds, new("command", command), new("outcome", Outcome));
    }
}
