using System.Runtime.CompilerServices;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Pipelines;

/// <summary>A file (or folder) that a job writes and others read, or an input of the batch. In a command it stands for its path.</summary>
public sealed class ResourceFile : Resource
{
    private string? _path;
    private string? _extension;

    /// <summary>A file of a job.</summary>
    internal ResourceFile(Job producer, string name, CodeLine declaredAt, ResourceGroup? group = null, string? path = null)
        : base(producer.Batch, producer, name, declaredAt) => (Group, _path) = (group, path);

    /// <summary>An input.</summary>
    internal ResourceFile(Batch batch, string name, CodeLine declaredAt, string source, string path, ResourceGroup? group = null)
        : base(batch, null, name, declaredAt) => (Source, _path, Group) = (source, path, group);

    /// <summary>The group that it is a member of; null when it stands alone.</summary>
    public ResourceGroup? Group { get; }

    /// <inheritdoc/>
    public override string Path => _path ??= string.Concat(Producer!.Directory, "/", Name, _extension);

    /// <summary>Where an input comes from: an absolute path or a URL; null for a file of a job.</summary>
    internal string? Source { get; }

    /// <summary>What type of value it holds as JSON, when a method makes it; null for any other file.</summary>
    internal Type? ResultType { get; set; }

    /// <summary>Whether another job uses it, or it is delivered: then its job must have produced it.</summary>
    internal bool IsRequired { get; set; }

    /// <summary>Whether its job has to produce it for the sake of others or because a command says so.</summary>
    internal bool IsPromised => IsWritten || IsRequired;

    /// <summary>Gives a file of a job a name that ends in <paramref name="extension"/>, for tools that look at it.</summary>
    /// <param name="extension">Such as <c>.txt</c>.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <exception cref="AnalysisRunnerException"><c>AR5109</c>: it is no file of a job, has an extension already, was used in a command (which has the
    /// path by now), or the extension is none.</exception>
    public ResourceFile AddExtension(string extension, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        var fault = this switch
        {
            { Producer: null } => "an input keeps the name of its file",
            { Group: not null } => "the members of a group are named when it is declared",
            { _extension: not null } => $"it has the extension \"{_extension}\" already",
            { IsMentioned: true } => "a command has its path already; add the extension where the file is declared",
            _ when string.IsNullOrEmpty(extension) || !OutputPrefix.TryParse(Name + extension, out var path, out _) || path.ToString() != Name + extension =>
                "that is no part of a file's name",
            _ => null,
        };
        if (fault is not null)
        {
            throw new CodeLine(file, line).Fault(PipelineCodes.NameMalformed, $"The {Description} cannot get the extension \"{extension}\": {fault}.");
        }
        _extension = extension;
        return this;
    }
}
