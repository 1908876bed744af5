using System.Runtime.CompilerServices;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Pipelines;

/// <summary>
/// Files that belong together, such as a BAM and its index. In a command the group stands for what their paths have in common, so that
/// <c>{group}.bam</c> is a member's path; using the group or one member brings all members.
/// </summary>
public sealed class ResourceGroup : Resource
{
    private readonly List<(string Id, string Suffix, ResourceFile File)> _members = [];

    internal ResourceGroup(Job producer, string name, CodeLine declaredAt)
        : base(producer.Batch, producer, name, declaredAt) => Path = $"{producer.Directory}/{name}";

    internal ResourceGroup(Batch batch, string name, CodeLine declaredAt, string path)
        : base(batch, null, name, declaredAt) => Path = path;

    /// <inheritdoc/>
    public override string Path { get; }

    /// <summary>Its files, in the order of the declaration.</summary>
    public IReadOnlyList<ResourceFile> Members => [.. _members.Select(member => member.File)];

    /// <summary>For each member what its path ends in, beyond that of the group; a delivered member is named by it.</summary>
    internal IReadOnlyList<(string Id, string Suffix, ResourceFile File)> Named => _members;

    /// <summary>A member.</summary>
    /// <param name="id">The name that it was declared with.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <exception cref="AnalysisRunnerException"><c>AR5101</c>: the group has no such member.</exception>
    public ResourceFile this[string id, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0] =>
        _members.Find(member => member.Id == id).File ?? throw new CodeLine(file, line).Fault(
            PipelineCodes.FileNeverProduced,
            $"The group \"{Name}\"{(Producer is null ? "" : $" of the job \"{Producer.Name}\"")} has no member \"{id}\" (it has {string.Join(", ", _members.Select(member => $"\"{member.Id}\""))}). Declare it with the group.");

    internal void Add(string id, string suffix, ResourceFile file) => _members.Add((id, suffix, file));

    /// <summary>All members must be there: somebody uses the group or a part of it.</summary>
    internal void Require()
    {
        foreach (var (_, _, file) in _members) file.IsRequired = true;
    }
}
