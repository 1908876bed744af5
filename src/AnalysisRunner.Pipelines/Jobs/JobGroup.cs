using System.Globalization;
using System.Runtime.CompilerServices;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Pipelines;

/// <summary>
/// Jobs of a batch that are cancelled together: what ends a group ends the groups below it, and neither those beside nor above it. Dependencies may
/// cross groups (hail-batch spec §4).
/// </summary>
public sealed class JobGroup
{
    /// <summary>How deep groups nest: a group of the batch, and a group in it.</summary>
    private const int Deepest = 2;

    private Dictionary<string, string>? _attributes;
    private int? _cancelAfterFailures;

    internal JobGroup(Batch batch, JobGroup? parent, int id, string name) => (Batch, Parent, Id, Name) = (batch, parent, id, name);

    /// <summary>The batch that it belongs to.</summary>
    public Batch Batch { get; }

    /// <summary>The group that it is in; null for a group of the batch itself.</summary>
    public JobGroup? Parent { get; }

    /// <summary>One-based position among the groups of the batch.</summary>
    public int Id { get; }

    /// <summary>The name shown to people.</summary>
    public string Name { get; }

    private int Depth => Parent is null ? 1 : Parent.Depth + 1;

    /// <summary>Adds a job to the group.</summary>
    /// <param name="name">The name shown to people; names need not differ.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    public Job NewJob(string name = "", [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        Batch.Add(this, name, new CodeLine(file, line));

    /// <summary>Adds a group within the group.</summary>
    /// <param name="name">The name shown to people; names need not differ.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <exception cref="AnalysisRunnerException"><c>AR5118</c>: groups nest two levels deep at most.</exception>
    public JobGroup NewJobGroup(string name, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) => Depth < Deepest
        ? Batch.AddGroup(this, name, new CodeLine(file, line))
        : throw new CodeLine(file, line).Fault(PipelineCodes.GroupTooDeep, $"The group \"{name}\" would be in \"{Name}\", which is in \"{Parent!.Name}\": groups nest {Deepest} levels deep at most. Put it beside \"{Name}\".");

    /// <summary>Cancels the rest of the group, what runs included, after this many of its jobs failed; never unless set.</summary>
    /// <param name="failures">At least 1.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <exception cref="AnalysisRunnerException"><c>AR5105</c>: it is less than 1.</exception>
    public JobGroup CancelAfterFailures(int failures, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        _cancelAfterFailures = failures >= 1
            ? failures
            : throw new CodeLine(file, line).Fault(PipelineCodes.QuantityMalformed, string.Create(CultureInfo.InvariantCulture, $"\"{failures}\" failures cannot end the group \"{Name}\"; give 1 or more."));
        return this;
    }

    /// <summary>Keeps a name and a value with the group, for people and filters.</summary>
    /// <param name="name">Not empty, and not one that the runner sets.</param>
    /// <param name="value">Any text.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <exception cref="AnalysisRunnerException"><c>AR5109</c>: it cannot be an attribute.</exception>
    public JobGroup Attribute(string name, string value, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        AttributeName.Check(name, value, new CodeLine(file, line));
        (_attributes ??= new(StringComparer.Ordinal))[name] = value;
        return this;
    }

    /// <summary>The group as plain data.</summary>
    internal JobGroupSpec ToSpec() => new()
    {
        Id = Id,
        Name = Name,
        Parent = Parent?.Id ?? 0,
        CancelAfterFailures = _cancelAfterFailures,
        Attributes = new Dictionary<string, string>(_attributes ?? [], StringComparer.Ordinal),
    };
}
