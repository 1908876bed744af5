using System.Globalization;
using System.Text.Json;

namespace AnalysisRunner.Engines.Local;

/// <summary>What happened, in the order in which the journal of a batch keeps it. The state of a batch is the sum of its records.</summary>
internal abstract record JournalRecord(DateTimeOffset At)
{
    /// <summary>When, to the millisecond: what is read back must equal what was lived through.</summary>
    public DateTimeOffset At { get; } = Truncate(At);

    /// <summary>The time as a journal keeps it.</summary>
    public static DateTimeOffset Truncate(DateTimeOffset time) => DateTimeOffset.FromUnixTimeMilliseconds(time.ToUnixTimeMilliseconds());

    /// <summary>One line without its end: tab-separated, texts as JSON strings, times as Unix milliseconds.</summary>
    public abstract string Write();

    /// <summary>Reads what <see cref="Write"/> wrote; null when it is nothing of the kind.</summary>
    public static JournalRecord? Read(string line)
    {
        var fields = line.Split('\t');
        try
        {
            return (fields[0], fields.Length) switch
            {
                ("accepted", 2) => new BatchAcceptedRecord(Time(fields[1])),
                ("start", 4) => new AttemptStarted(Time(fields[1]), Number(fields[2]), Number(fields[3])),
                ("void", 4) => new AttemptVoided(Time(fields[1]), Number(fields[2]), Number(fields[3])),
                ("stop", 5) => new AttemptStopRequested(Time(fields[1]), Number(fields[2]), Number(fields[3]), Enum.Parse<StopCause>(fields[4])),
                ("end", 12) => new AttemptEnded(Time(fields[1]), Number(fields[2]), Number(fields[3]),
                    new AttemptResult(Enum.Parse<AttemptOutcome>(fields[4]), Optional(fields[5]), Optional(fields[6]), Text(fields[11]))
                    {
                        OutOfMemory = fields[8] == "oom",
                        Usage = fields[9] == "-" ? null : new(Long(fields[9]), fields[10] == "-" ? null : Long(fields[10])),
                    },
                    Time(fields[7])),
                ("cancel", 4) => new GroupCancelled(Time(fields[1]), Number(fields[2]), Text(fields[3]) ?? ""),
                _ => null,
            };
        }
        catch (Exception e) when (e is FormatException or OverflowException or ArgumentException or JsonException)
        {
            return null;
        }
    }

    private protected static string Format(string kind, DateTimeOffset at, params ReadOnlySpan<string> rest) =>
        string.Join('\t', [kind, Milliseconds(at), .. rest]);

    private protected static string Milliseconds(DateTimeOffset at) => at.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);

    private protected static string Digits(int number) => number.ToString(CultureInfo.InvariantCulture);

    private protected static string Quote(string? text) => text is null ? "-" : $"\"{JsonEncodedText.Encode(text)}\"";

    private static DateTimeOffset Time(string field) => DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(field, CultureInfo.InvariantCulture));

    private static long Long(string field) => long.Parse(field, CultureInfo.InvariantCulture);

    private static int Number(string field) => int.Parse(field, CultureInfo.InvariantCulture);

    private static int? Optional(string field) => field == "-" ? null : Number(field);

    private static string? Text(string field)
    {
        if (field == "-") return null;
        using var document = JsonDocument.Parse(field);
        return document.RootElement.GetString();
    }
}

/// <summary>The batch is the engine's from here on.</summary>
internal sealed record BatchAcceptedRecord(DateTimeOffset At) : JournalRecord(At)
{
    public override string Write() => Format("accepted", At);
}

/// <summary>An attempt may start any moment now.</summary>
internal sealed record AttemptStarted(DateTimeOffset At, int Job, int Attempt) : JournalRecord(At)
{
    public override string Write() => Format("start", At, Digits(Job), Digits(Attempt));
}

/// <summary>An attempt that certainly never ran; it counts for nothing.</summary>
internal sealed record AttemptVoided(DateTimeOffset At, int Job, int Attempt) : JournalRecord(At)
{
    public override string Write() => Format("void", At, Digits(Job), Digits(Attempt));
}

/// <summary>The engine decided to stop a running attempt; whatever its exit code, this is why it ended.</summary>
internal sealed record AttemptStopRequested(DateTimeOffset At, int Job, int Attempt, StopCause Cause) : JournalRecord(At)
{
    public override string Write() => Format("stop", At, Digits(Job), Digits(Attempt), Cause.ToString());
}

/// <summary>An attempt ended.</summary>
internal sealed record AttemptEnded(DateTimeOffset At, int Job, int Attempt, AttemptResult Result, DateTimeOffset StartedAt) : JournalRecord(At)
{
    public override string Write() => Format("end", At, Digits(Job), Digits(Attempt), Result.Outcome.ToString(),
        Result.ExitCode is { } code ? Digits(code) : "-", Result.Signal is { } signal ? Digits(signal) : "-", Milliseconds(StartedAt),
        Result.OutOfMemory ? "oom" : "-", Long(Result.Usage?.CpuMilliseconds), Long(Result.Usage?.PeakMemoryBytes), Quote(Result.Reason));

    private static string Long(long? number) => number is { } value ? value.ToString(CultureInfo.InvariantCulture) : "-";
}

/// <summary>Somebody cancelled a group, or the whole batch, which is group 0.</summary>
internal sealed record GroupCancelled(DateTimeOffset At, int Group, string Reason) : JournalRecord(At)
{
    public override string Write() => Format("cancel", At, Digits(Group), Quote(Reason));
}
