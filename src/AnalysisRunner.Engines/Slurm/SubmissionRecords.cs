using System.Globalization;
using AnalysisRunner.Engines.Local;

namespace AnalysisRunner.Engines.Slurm;

/// <summary>
/// A submission is about to be made: from here on Slurm may know it, whether or not the next record was written. Its tasks are in its files.
/// </summary>
/// <param name="At">When.</param>
/// <param name="Number">Which submission of the batch, from 1.</param>
/// <param name="Dependencies">What its tasks wait for.</param>
internal sealed record Submitting(DateTimeOffset At, int Number, IReadOnlyList<PlannedDependency> Dependencies) : JournalRecord(At)
{
    public override string Write() => Format("submitting", At, Digits(Number),
        Dependencies.Count == 0 ? "-" : string.Join(',', Dependencies.Select(dependency => (dependency.Corresponding ? "=" : "") + Digits(dependency.Submission))));

    /// <summary>Reads what <see cref="Write"/> wrote; null when it is nothing of the kind.</summary>
    public static Submitting? TryRead(string line) => line.Split('\t') is ["submitting", var at, var number, var dependencies]
        && SubmissionFields.Number(number) is { } submission && SubmissionFields.Time(at) is { } time
        ? new Submitting(time, submission, dependencies == "-" ? [] : [.. dependencies.Split(',').Select(text =>
            new PlannedDependency(int.Parse(text.TrimStart('='), CultureInfo.InvariantCulture), text.StartsWith('=')))])
        : null;
}

/// <summary>Slurm has a submission, under an id.</summary>
internal sealed record Submitted(DateTimeOffset At, int Number, long ArrayId) : JournalRecord(At)
{
    public override string Write() => Format("submitted", At, Digits(Number), ArrayId.ToString(CultureInfo.InvariantCulture));

    /// <summary>Reads what <see cref="Write"/> wrote; null when it is nothing of the kind.</summary>
    public static Submitted? TryRead(string line) => line.Split('\t') is ["submitted", var at, var number, var id]
        && SubmissionFields.Number(number) is { } submission && SubmissionFields.Time(at) is { } time && long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var array)
        ? new Submitted(time, submission, array)
        : null;
}

/// <summary>Slurm refused a submission; none of its tasks will ever run through it.</summary>
internal sealed record SubmissionDropped(DateTimeOffset At, int Number) : JournalRecord(At)
{
    public override string Write() => Format("dropped", At, Digits(Number));

    /// <summary>Reads what <see cref="Write"/> wrote; null when it is nothing of the kind.</summary>
    public static SubmissionDropped? TryRead(string line) => line.Split('\t') is ["dropped", var at, var number]
        && SubmissionFields.Number(number) is { } submission && SubmissionFields.Time(at) is { } time
        ? new SubmissionDropped(time, submission)
        : null;
}

/// <summary>Fields of the records of submissions.</summary>
internal static class SubmissionFields
{
    public static int? Number(string field) => int.TryParse(field, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    public static DateTimeOffset? Time(string field) =>
        long.TryParse(field, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds) ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) : null;
}
