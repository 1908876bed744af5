using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Pipelines.Commands;

namespace AnalysisRunner.Pipelines;

/// <summary>One job of a batch: a script with the files and settings that it needs. Every setter returns the job.</summary>
public sealed partial class Job : JobSettings<Job>
{
    private string? _script;
    private StringBuilder? _longScript;
    private ResourceTable _files;
    private ParentIds _parents;
    private List<ResourceFile>? _inputs;
    private HashSet<ResourceFile>? _knownInputs;
    private List<(string Source, string Path)>? _groupInputs;
    private Dictionary<string, string>? _attributes;
    private bool _alwaysRun;
    private bool _usesFilesOfOthers;

    internal Job(Batch batch, JobGroup? group, int id, string name, CodeLine createdAt, SettingValues settings)
        : base(settings) => (Batch, Group, Id, Name, CreatedAt) = (batch, group, id, name, createdAt);

    /// <summary>The batch that it belongs to.</summary>
    public Batch Batch { get; }

    /// <summary>The group that it was created in; null for a job of the batch itself.</summary>
    public JobGroup? Group { get; }

    /// <summary>One-based position in the batch.</summary>
    public int Id { get; }

    /// <summary>The name shown to people; may be empty.</summary>
    public string Name { get; }

    internal CodeLine CreatedAt { get; }

    /// <summary>The folder of its files, below <c>BATCH_TMPDIR</c>: ends with the id, so that no two jobs share one.</summary>
    internal string Directory => JobFolder.Name(Name, Id);

    /// <summary>The files of the job, those of groups included.</summary>
    internal IEnumerable<ResourceFile> Files => _files.Files;

    private protected override string Subject => $"the job \"{Name}\"";

    /// <summary>A file that this job writes. The first use declares it, further uses mean the same file.</summary>
    /// <param name="name">A relative path, such as <c>out</c> or <c>calls/chr1.vcf</c>.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <exception cref="AnalysisRunnerException"><c>AR5109</c>: it is no name of a file, or means a group.</exception>
    public ResourceFile Output(string name, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        var at = Change(file, line);
        switch (_files.Find(name))
        {
            case ResourceFile known: return known;
            case ResourceGroup: throw at.Fault(PipelineCodes.NameMalformed, $"\"{name}\" is a group of the job \"{Name}\", no file; take a member, as in job.Group(\"{name}\")[\"id\"].");
        }
        EnsureFileName(name, at);
        var declared = new ResourceFile(this, name, at);
        _files.Add(declared);
        return declared;
    }

    /// <summary>Declares files of this job that belong together.</summary>
    /// <param name="name">The group's name: what the paths of its members begin with, in a command.</param>
    /// <param name="members">For each member its id and its file name, in which <c>{root}</c> is the group's name: <c>["bam"] = "{root}.bam"</c>.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <exception cref="AnalysisRunnerException"><c>AR5109</c>: the name is taken, there are no members, or one has no name of a file or that of another.</exception>
    public ResourceGroup OutputGroup(
        string name, Dictionary<string, string> members, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        const string Root = "{root}";
        ArgumentNullException.ThrowIfNull(members);
        var at = Change(file, line);
        EnsureFileName(name, at);
        if (members.Count == 0 || members.Keys.Any(string.IsNullOrWhiteSpace))
            throw at.Fault(PipelineCodes.NameMalformed, $"The group \"{name}\" of the job \"{Name}\" has no members, or one without an id. Give at least one, as in [\"bam\"] = \"{{root}}.bam\".");
        var group = new ResourceGroup(this, name, at);
        var folder = Directory;
        var taken = Files.Select(known => known.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var (id, template) in members)
        {
            var member = template?.Replace(Root, name, StringComparison.Ordinal);
            EnsureFileName(member, at);
            if (!taken.Add(member!)) throw at.Fault(PipelineCodes.NameMalformed, $"The member \"{id}\" of the group \"{name}\" would be the file \"{member}\", which the job \"{Name}\" has already. Give it another name.");
            var suffix = template!.StartsWith(Root, StringComparison.Ordinal) && template.Length > Root.Length ? member![name.Length..] : "." + id;
            group.Add(id, suffix, new ResourceFile(this, member!, at, group, $"{folder}/{member}"));
        }
        _files.Add(group);
        return group;
    }

    /// <summary>A file that this job declared by <see cref="Output"/>: <c>second.Command($"cat {first["out"]}")</c>.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <exception cref="AnalysisRunnerException"><c>AR5101</c>: the job declares no such file.</exception>
    public ResourceFile this[string name, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0] =>
        Find<ResourceFile>(name, "file", $"write it first, in a command with job.Output(\"{name}\")", new CodeLine(file, line));

    /// <summary>A group that this job declared by <see cref="OutputGroup"/>.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <exception cref="AnalysisRunnerException"><c>AR5101</c>: the job declares no such group.</exception>
    public ResourceGroup FileGroup(string name, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        Find<ResourceGroup>(name, "group", $"declare it first, with job.OutputGroup(\"{name}\", …)", new CodeLine(file, line));

    /// <summary>
    /// Appends a bash script. Text is script as written. A value becomes exactly one word (a collection: one word each), whatever characters it has;
    /// do not put quotes around it. A resource becomes its path, and the job that writes it becomes a parent. Several commands are one script; the
    /// first command in it that fails ends the job (<c>set -euo pipefail</c>).
    /// </summary>
    /// <param name="command">An interpolated string, as in <c>$"echo {greeting} &gt; {job.Output("out")}"</c>. A blank one is left out with a warning.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <exception cref="AnalysisRunnerException">A value cannot be quoted where it stands, or a resource is not of this batch.</exception>
    [MethodImpl(HotPath.Method)]
    public Job Command(CommandInterpolatedStringHandler command, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        var at = Change(file, line);
        var script = CommandText.Render(command.Pieces, at, out var resources);
        foreach (var used in resources) Use(used, at);
        if (string.IsNullOrWhiteSpace(script)) Batch.Warn(at.Problem(PipelineCodes.BlankCommand, $"A command of the job \"{Name}\" is blank and left out."));
        else Append(script);
        return this;
    }

    /// <summary>Makes this job wait for others although it uses no file of theirs.</summary>
    /// <param name="job">A job of the same batch.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <exception cref="AnalysisRunnerException"><c>AR5102</c>: it belongs to another batch.</exception>
    public Job DependsOn(Job job, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        ArgumentNullException.ThrowIfNull(job);
        var at = Change(file, line);
        if (job.Batch != Batch) throw Foreign(at, $"job \"{job.Name}\"", job.Batch);
        AddParent(job, at);
        return this;
    }

    /// <summary>Makes this job wait for others although it uses no file of theirs.</summary>
    /// <param name="jobs">Jobs of the same batch.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <exception cref="AnalysisRunnerException"><c>AR5102</c>: one belongs to another batch.</exception>
    public Job DependsOn(IEnumerable<Job> jobs, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        ArgumentNullException.ThrowIfNull(jobs);
        foreach (var job in jobs) DependsOn(job, file, line);
        return this;
    }

    /// <summary>Makes the job run once its parents have ended, however they did, and even when the batch was cancelled.</summary>
    /// <param name="always">Whether it does.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    public Job AlwaysRun(bool always = true, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        Change(file, line);
        _alwaysRun = always;
        return this;
    }

    /// <summary>Keeps a name and a value with the job, for people and filters.</summary>
    /// <param name="name">Not empty, and not one that the runner sets.</param>
    /// <param name="value">Any text.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <exception cref="AnalysisRunnerException"><c>AR5109</c>: it cannot be an attribute.</exception>
    public Job Attribute(string name, string value, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        AttributeName.Check(name, value, Change(file, line));
        (_attributes ??= new(StringComparer.Ordinal))[name] = value;
        return this;
    }

    /// <summary>Notes that a command of this job uses a resource.</summary>
    [MethodImpl(HotPath.Method)]
    internal void Use(Resource used, CodeLine at)
    {
        if (used.Batch != Batch) throw Foreign(at, used.Description, used.Batch);
        used.IsMentioned = true;
        if (used.Producer is null)
        {
            UseInput(used);
        }
        else if (used.Producer == this)
        {
            used.IsWritten = true;
        }
        else
        {
            if (Batch.IsHandedOver(used.Producer))
                throw at.Fault(PipelineCodes.FileOfEarlierRun, $"The {used.Description} was made by an earlier run of the batch, whose files are gone when it ends. Deliver it with WriteOutput, and read it with ReadInput.");
            Require(used);
            AddParent(used.Producer, at);
            _usesFilesOfOthers = true;
        }
    }

    /// <summary>Appends text that is script already.</summary>
    internal void Append(string script)
    {
        if (_script is null) _script = script;
        else (_longScript ??= new StringBuilder(_script)).Append('\n').Append(script);
    }

    /// <summary>A file of a group is never alone, in or out.</summary>
    internal static void Require(Resource used)
    {
        if (((used as ResourceFile)?.Group ?? used as ResourceGroup) is { } group) group.Require();
        else ((ResourceFile)used).IsRequired = true;
    }

    private protected override CodeLine Change(string file, int line)
    {
        var at = new CodeLine(file, line);
        if (Batch.IsHandedOver(this)) throw at.Fault(PipelineCodes.BatchAlreadyRun, $"The job \"{Name}\" was handed over with its batch \"{Batch.Name}\" already. Describe it whole before RunAsync; new jobs may be added after.");
        return at;
    }

    private void UseInput(Resource used)
    {
        var group = used as ResourceGroup ?? ((ResourceFile)used).Group;
        foreach (var input in group?.Members ?? [(ResourceFile)used])
        {
            if (IsNewInput(input)) (_inputs ??= []).Add(input);
        }
        // Only the paths of the group itself, "{group}.bam", need what its members have in common.
        if (used is not ResourceGroup mentioned || _groupInputs?.Exists(staged => staged.Path.StartsWith(mentioned.Path + ".", StringComparison.Ordinal)) == true) return;
        (_groupInputs ??= []).AddRange(mentioned.Named.Select(member => (member.File.Source!, mentioned.Path + member.Suffix)));
    }

    /// <summary>Most jobs read a few inputs, which are searched faster without an index; one that gathers may read a hundred thousand.</summary>
    private bool IsNewInput(ResourceFile input)
    {
        const int IndexedFrom = 16;
        if (_inputs is null || _inputs.Count < IndexedFrom) return _inputs?.Contains(input) != true;
        return (_knownInputs ??= [.. _inputs]).Add(input);
    }

    private void AddParent(Job parent, CodeLine at)
    {
        _parents.Add(parent.Id);
        // Every circle has an edge that leads forward; few other graphs do, so that its line can be kept.
        if (parent.Id >= Id) Batch.NoteForwardEdge(this, parent, at);
    }

    private void EnsureFileName([NotNull] string? name, CodeLine at)
    {
        string? fault = null;
        if (!JobFolder.IsPlain(name) && (name is null || !OutputPrefix.TryParse(name, out var path, out fault) || path.ToString() != name))
            throw at.Fault(PipelineCodes.NameMalformed, $"\"{name}\" is not a name for a file of the job \"{Name}\": it {fault ?? (name is null ? "is missing" : "ends with a slash")}. Give a relative path.");
        if (_files.Count > 0 && (_files.Find(name) is not null || _files.All.Any(known => known is ResourceGroup group && group.Members.Any(member => member.Name == name))))
            throw at.Fault(PipelineCodes.NameMalformed, $"The job \"{Name}\" has a file or group \"{name}\" already. Give another name.");
    }

    private T Find<T>(string name, string kind, string remedy, CodeLine at)
        where T : Resource
    {
        if (name is not null && _files.Find(name) is T found) return found;
        var known = _files.All.OfType<T>().Select(other => $"\"{other.Name}\"").ToArray();
        throw at.Fault(PipelineCodes.FileNeverProduced,
            $"The job \"{Name}\" has no {kind} \"{name}\" ({(known.Length == 0 ? "it has none" : $"it has {string.Join(", ", known)}")}); {remedy}.");
    }

    private AnalysisRunnerException Foreign(CodeLine at, string what, Batch owner) => at.Fault(
        PipelineCodes.ForeignJob,
        $"The {what} belongs to the batch \"{owner.Name}\", not to \"{Batch.Name}\" of the job \"{Name}\". Jobs and files are of use in their own batch only; put both into one batch.");
}
