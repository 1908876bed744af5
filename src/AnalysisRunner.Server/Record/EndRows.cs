using AnalysisRunner.Contracts;

namespace AnalysisRunner.Server.Record;

/// <summary>A row of <c>outputs</c>.</summary>
internal sealed class OutputRow
{
    public long Invocation { get; init; }
    public string Category { get; init; } = "";
    public string Path { get; init; } = "";
    public string Change { get; init; } = "";
    public long Length { get; init; }
    public string? Sha256 { get; init; }
    public long? ModifiedAt { get; init; }
    public string? Version { get; init; }
    public string? Problem { get; init; }

    public static OutputRow From(long invocation, InvocationOutput output) => new()
    {
        Invocation = invocation,
        Category = output.Category,
        Path = output.Path,
        Change = output.Change.ToName(),
        Length = output.Length,
        Sha256 = output.Sha256,
        ModifiedAt = Microseconds.From(output.ModifiedAt),
        Version = output.Version,
        Problem = output.Problem,
    };

    public InvocationOutput ToOutput() => new()
    {
        Category = Category,
        Path = Path,
        Change = Enum.GetValues<OutputChange>().Cast<OutputChange?>().FirstOrDefault(change => change!.Value.ToName() == Change)
            ?? throw new InvalidDataException($"The invocation log holds \"{Change}\", which this server does not know."),
        Length = Length,
        Sha256 = Sha256,
        ModifiedAt = Microseconds.ToMoment(ModifiedAt),
        Version = Version,
        Problem = Problem,
    };
}

/// <summary>A row of <c>notifications</c>, with what of its invocation a message needs.</summary>
internal sealed class NotificationRow
{
    public long Id { get; init; }
    public string ArGuid { get; init; } = "";
    public long? FinishedAt { get; init; }
    public string Kind { get; init; } = "";
    public string Target { get; init; } = "";
    public int Attempts { get; init; }
    public long? DueAt { get; init; }
    public long? DeliveredAt { get; init; }
    public string? Problem { get; init; }

    public DueNotification ToDue() => new(Id, ArGuid, Kind, Target, Attempts, Microseconds.ToMoment(FinishedAt ?? 0));

    public NotificationSummary ToSummary() => new(Kind, Target, Attempts, Microseconds.ToMoment(DueAt), Microseconds.ToMoment(DeliveredAt), Problem);
}
