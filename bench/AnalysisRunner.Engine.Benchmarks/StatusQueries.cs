using System.Diagnostics;
using System.Globalization;
using AnalysisRunner.Engines;

namespace AnalysisRunner.Engine.Benchmarks;

/// <summary>Asks how far a batch is, ten times a second, until it is stopped: the summary and a page of 50 jobs, as somebody who looks at a page does.</summary>
internal sealed class StatusQueries : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly CancellationTokenSource _ended = new();
    private readonly List<Query> _queries = [];
    private readonly Thread _thread;

    /// <summary>Begins to ask.</summary>
    public StatusQueries(IBatchEngine engine, string key)
    {
        // A thread of its own: what is measured is the engine, not the thread pool.
        _thread = new Thread(() => Ask(engine, key)) { Name = "queries" };
        _thread.Start();
    }

    /// <summary>Ends the asking and adds what was measured.</summary>
    public async Task ReportAsync(Figures figures)
    {
        await _ended.CancelAsync();
        _thread.Join();
        _queries.Sort((left, right) => left.Milliseconds.CompareTo(right.Milliseconds));
        figures.Below("status query while it ran, median", _queries[_queries.Count / 2].Milliseconds, 10, "ms");
        figures.Below("status query while it ran, 99 %", _queries[_queries.Count * 99 / 100].Milliseconds, 10, "ms");
        var longest = _queries[^1];
        figures.Below("status query while it ran, longest", longest.Milliseconds, 10, "ms", string.Create(CultureInfo.InvariantCulture,
            $"of {_queries.Count}; of this {longest.WithoutProcessor:0.##} ms without a processor and {longest.Collecting:0.##} ms of garbage collection"));
    }

    public void Dispose()
    {
        _ended.Cancel();
        _thread.Join();
        _ended.Dispose();
    }

    private void Ask(IBatchEngine engine, string key)
    {
        for (var page = 0; !_ended.IsCancellationRequested; page++)
        {
            var (started, waited, collecting) = (Stopwatch.GetTimestamp(), WithoutProcessor(), GC.GetTotalPauseDuration());
            if (engine.GetAsync(key, CancellationToken.None).AsTask().Result is { } summary)
            {
                _ = engine.GetJobsAsync(key, page * 50 % summary.Jobs.Total, 50, CancellationToken.None).AsTask().Result;
                _queries.Add(new Query(
                    Stopwatch.GetElapsedTime(started).TotalMilliseconds, WithoutProcessor() - waited, (GC.GetTotalPauseDuration() - collecting).TotalMilliseconds));
            }
            _ended.Token.WaitHandle.WaitOne(Interval);
        }
    }

    /// <summary>How long this thread could have run and had no processor, in milliseconds; other programs of the machine are the reason. Linux tells.</summary>
    private static double WithoutProcessor() => OperatingSystem.IsLinux() && File.Exists("/proc/thread-self/schedstat")
        ? long.Parse(File.ReadAllText("/proc/thread-self/schedstat").Split(' ')[1], CultureInfo.InvariantCulture) / 1e6
        : 0;

    private sealed record Query(double Milliseconds, double WithoutProcessor, double Collecting);
}
