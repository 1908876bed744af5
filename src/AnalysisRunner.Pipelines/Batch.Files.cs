using System.Globalization;
using System.Runtime.CompilerServices;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Pipelines;

/// <summary>What comes into a batch and what leaves it.</summary>
public sealed partial class Batch
{
    private readonly Dictionary<string, CodeLine> _destinations = new(StringComparer.Ordinal);
    private readonly List<(ResourceFile File, string Destination)> _outputs = [];
    private int _inputs;

    /// <summary>
    /// A file (or folder) from outside that jobs can use. It keeps its file name. That it exists is seen when a job that uses it starts.
    /// </summary>
    /// <param name="path">A local path, which is made absolute now, or <c>gs://</c> or <c>s3://</c>.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <exception cref="AnalysisRunnerException"><c>AR5116</c>: it is no place of a file.</exception>
    public ResourceFile ReadInput(string path, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        var at = new CodeLine(file, line);
        var source = Destination.Read(path, mayBeFolder: true, at);
        return NewInput(source, NextInputFolder(), at, null);
    }

    /// <summary>Files from outside that belong together: in a command, <c>{group}.bam</c> and <c>{group["bam"]}</c> are the member <c>bam</c>.</summary>
    /// <param name="members">For each member its id and where it is, as in <see cref="ReadInput"/>.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <exception cref="AnalysisRunnerException"><c>AR5116</c>: one is no place of a file; <c>AR5109</c>: there are none, or an id is no name.</exception>
    public ResourceGroup ReadInputGroup(Dictionary<string, string> members, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        ArgumentNullException.ThrowIfNull(members);
        var at = new CodeLine(file, line);
        if (members.Count == 0) throw at.Fault(PipelineCodes.NameMalformed, "A group of inputs has no members. Give at least one, as in [\"bam\"] = path.");
        var folder = NextInputFolder();
        var group = new ResourceGroup(this, string.Join(", ", members.Keys), at, $"{folder}/group");
        foreach (var (id, path) in members)
        {
            if (!OutputPrefix.TryParse(id, out var name, out var fault) || name.ToString() != id || id.Contains('/', StringComparison.Ordinal))
                throw at.Fault(PipelineCodes.NameMalformed, $"\"{id}\" is not an id for a member of a group: it {fault ?? "has a slash"}. Paths in the group end in it, such as \"bam\".");
            // A folder for each: members may come from files of the same name.
            group.Add(id, "." + id, NewInput(Destination.Read(path, mayBeFolder: true, at), $"{folder}/{id}", at, group));
        }
        return group;
    }

    /// <summary>
    /// Delivers a file of a job, or an input, when its job has succeeded; parent folders are created. A file can have several destinations. The
    /// members of a group get the destination as the beginning of their names.
    /// </summary>
    /// <param name="resource">A file or a group of this batch.</param>
    /// <param name="destination">A local path, which is made absolute now, or <c>gs://</c> or <c>s3://</c>: of a file, no folder.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <exception cref="AnalysisRunnerException"><c>AR5116</c>: it is no place of a file; <c>AR5117</c>: something is delivered there already;
    /// <c>AR5102</c>: the resource belongs to another batch; <c>AR5111</c>: its job was handed over already.</exception>
    public Batch WriteOutput(Resource resource, string destination, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        ArgumentNullException.ThrowIfNull(resource);
        var at = new CodeLine(file, line);
        if (resource.Batch != this)
            throw at.Fault(PipelineCodes.ForeignJob, $"The {resource.Description} belongs to the batch \"{resource.Batch.Name}\", not to \"{Name}\". Deliver it there.");
        if (resource.Producer is { } producer && IsHandedOver(producer))
            throw at.Fault(PipelineCodes.BatchAlreadyRun, $"The {resource.Description} was handed over with its batch \"{Name}\" already. Say where it goes before RunAsync.");
        var place = Destination.Read(destination, mayBeFolder: false, at);
        if (resource is ResourceGroup group)
        {
            foreach (var (_, suffix, member) in group.Named) Deliver(member, place + suffix, at);
        }
        else
        {
            Deliver((ResourceFile)resource, place, at);
        }
        return this;
    }

    private void Deliver(ResourceFile file, string destination, CodeLine at)
    {
        if (!_destinations.TryAdd(destination, at))
        {
            var first = _destinations[destination];
            throw at.Fault(PipelineCodes.DestinationTaken, string.Create(CultureInfo.InvariantCulture,
                $"The {file.Description} would be written to \"{destination}\", where line {first.Line} of \"{Path.GetFileName(first.File)}\" writes another output. Give each its own destination."));
        }
        Job.Require(file);
        _outputs.Add((file, destination));
    }

    private ResourceFile NewInput(string source, string folder, CodeLine at, ResourceGroup? group)
    {
        var name = Destination.FileName(source);
        return name.Length > 0
            ? new ResourceFile(this, name, at, source, $"{folder}/{name}", group)
            : throw at.Fault(PipelineCodes.PlaceMalformed, $"\"{source}\" is no place of a file: it has no name. Give a file or a folder below it.");
    }

    private string NextInputFolder() => string.Create(CultureInfo.InvariantCulture, $"inputs/{++_inputs}");
}
