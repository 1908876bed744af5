namespace AnalysisRunner.Server.Tests.Record;

/// <summary>A clock that stands still until it is told otherwise.</summary>
public sealed class SettableTime : TimeProvider
{
    private DateTimeOffset _now = new(2026, 3, 4, 5, 6, 7, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => _now;

    public void Advance(TimeSpan by) => _now += by;
}
