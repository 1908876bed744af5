using System.Diagnostics.Metrics;
using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Record;

namespace AnalysisRunner.Server.Telemetry;

/// <summary>The server's own figures: what it refused, what waits and runs, what has ended. Nothing in them names a user or a dataset.</summary>
internal sealed class ServerMetrics
{
    /// <summary>The name of the meters and of the source of activities.</summary>
    public const string Name = "AnalysisRunner.Server";

    private readonly IInvocationLog _log;
    private readonly Counter<long> _refusals;
    private readonly Counter<long> _ended;
    private readonly Histogram<double> _duration;
    private readonly Counter<long> _notifications;
    private volatile WorkCounts _work = new(0, 0, new JobCounts(0, 0, 0, 0, 0, 0));

    /// <summary>Makes the instruments.</summary>
    public ServerMetrics(IMeterFactory meters, IInvocationLog log)
    {
        _log = log;
        var meter = meters.Create(Name);
        _refusals = meter.CreateCounter<long>("analysis_runner.refusals", description: "Requests that were refused, by the code of the first reason.");
        _ended = meter.CreateCounter<long>("analysis_runner.invocations.ended", description: "Invocations that this server has brought to their end, by state.");
        _duration = meter.CreateHistogram<double>("analysis_runner.invocation.duration", "s", "From the record of an invocation to its end.");
        _notifications = meter.CreateCounter<long>("analysis_runner.notifications", description: "Attempts to tell of the end of an invocation, by kind and outcome.");
        meter.CreateObservableGauge(
            "analysis_runner.invocations",
            () => new Measurement<long>[] { new(_work.Accepted, new KeyValuePair<string, object?>("state", "accepted")), new(_work.Running, new KeyValuePair<string, object?>("state", "running")) },
            description: "Invocations that have not ended.");
        meter.CreateObservableGauge(
            "analysis_runner.engine.jobs",
            () => new Measurement<long>[]
            {
                new(_work.Jobs.Pending, new KeyValuePair<string, object?>("state", "pending")),
                new(_work.Jobs.Ready, new KeyValuePair<string, object?>("state", "ready")),
                new(_work.Jobs.Running, new KeyValuePair<string, object?>("state", "running")),
            },
            description: "Jobs of batches that have not ended: those that wait for others, for a slot, and those that run.");
    }

    /// <summary>The meter of what belongs to the process and to no server in it.</summary>
    public static Meter Process { get; } = new(Name);

    /// <summary>Counts a refusal.</summary>
    public void Refused(string code) => _refusals.Add(1, new KeyValuePair<string, object?>("code", code));

    /// <summary>Counts the end of an invocation.</summary>
    public void Ended(Invocation invocation)
    {
        var state = new KeyValuePair<string, object?>("state", invocation.State.ToName());
        _ended.Add(1, state);
        if (invocation.FinishedAt is { } end) _duration.Record((end - invocation.SubmittedAt).TotalSeconds, state);
    }

    /// <summary>Counts an attempt to tell somebody of an end.</summary>
    public void Notified(string kind, string outcome) => _notifications.Add(1, new("kind", kind), new("outcome", outcome));

    /// <summary>Reads what waits and runs.</summary>
    public async Task RefreshAsync(CancellationToken cancellation) => _work = await _log.CountWorkAsync(cancellation);
}
