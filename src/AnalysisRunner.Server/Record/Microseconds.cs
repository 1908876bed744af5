namespace AnalysisRunner.Server.Record;

/// <summary>
/// The database's form of a moment: whole microseconds since 1970-01-01T00:00:00Z, which sorts, compares and never has a time zone.
/// </summary>
internal static class Microseconds
{
    public static long From(DateTimeOffset moment) => (moment.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    public static long? From(DateTimeOffset? moment) => moment is { } value ? From(value) : null;

    public static DateTimeOffset ToMoment(long microseconds) =>
        new(DateTimeOffset.UnixEpoch.Ticks + (microseconds * TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);

    public static DateTimeOffset? ToMoment(long? microseconds) => microseconds is { } value ? ToMoment(value) : null;
}
