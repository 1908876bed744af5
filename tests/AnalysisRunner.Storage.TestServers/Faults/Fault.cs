namespace AnalysisRunner.Storage.TestServers.Faults;

/// <summary>What goes wrong with one request.</summary>
/// <param name="Kind">How.</param>
/// <param name="Number">A status, or a number of bytes.</param>
public sealed record Fault(FaultKind Kind, long Number = 0)
{
    /// <summary>Answers with a status, and does nothing.</summary>
    public static Fault Before(int status) => new(FaultKind.AnswerBefore, status);

    /// <summary>Does the work, and answers with a status as if it had not.</summary>
    public static Fault After(int status) => new(FaultKind.AnswerAfter, status);

    /// <summary>Cuts the connection when so many bytes of the request's body have come.</summary>
    public static Fault CutRequest(long bytes) => new(FaultKind.CutRequest, bytes);

    /// <summary>Does the work, and cuts the connection when so many bytes of the answer's body have gone.</summary>
    public static Fault CutAnswer(long bytes) => new(FaultKind.CutAnswer, bytes);

    /// <summary>Inverts one byte of the request's body.</summary>
    public static Fault AlterRequest(long position) => new(FaultKind.AlterRequest, position);

    /// <summary>Inverts one byte of the answer's body.</summary>
    public static Fault AlterAnswer(long position) => new(FaultKind.AlterAnswer, position);

    /// <summary>Never answers.</summary>
    public static Fault Silence { get; } = new(FaultKind.Silence);
}
