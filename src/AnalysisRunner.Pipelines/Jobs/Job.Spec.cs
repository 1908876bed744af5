using System.Runtime.CompilerServices;
using AnalysisRunner.Contracts;
using AnalysisRunner.Pipelines.Hosting;

namespace AnalysisRunner.Pipelines;

public sealed partial class Job
{
    /// <summary>Whether it runs although a job may have failed whose files it uses.</summary>
    internal bool MayMissFiles => _alwaysRun && _usesFilesOfOthers;

    /// <summary>The ids of the jobs it waits for, ascending.</summary>
    internal ReadOnlySpan<int> Parents => _parents.Sorted();

    /// <summary>The files that it declares alone, outside of groups, and that no command of it writes.</summary>
    internal IEnumerable<ResourceFile> Unwritten
    {
        get
        {
            // The members of a group count as written by its declaration: a program is often given the group's path, or finds it itself.
            if (_files.Count == 0 || (_files.Count == 1 && _files[0] is ResourceGroup or { IsWritten: true })) return [];
            return _files.All.OfType<ResourceFile>().Where(file => !file.IsWritten);
        }
    }

    /// <summary>The job as plain data.</summary>
    [MethodImpl(HotPath.Method)]
    internal JobSpec ToSpec(Composition composition) => new()
    {
        Id = Id - composition.Before,
        Name = Name,
        Command = Script(),
        Parents = composition.IdsOf(_parents.ToArray()),
        Environment = composition.Environment(Values.Environment),
        MilliCpu = Values.MilliCpu,
        MemoryBytes = Values.MemoryBytes,
        MemoryGrowth = Values.MemoryGrowth,
        StorageBytes = Values.StorageBytes,
        Timeout = Values.Timeout,
        Attempts = Values.Attempts,
        AlwaysRun = _alwaysRun,
        Group = Group?.Id ?? 0,
        Image = Values.Image,
        Network = Values.Network,
        Spot = Values.Spot,
        Regions = Values.Regions,
        InputFiles = InputFiles(),
        Outputs = Promised(),
        OutputFiles = composition.OutputsOf(this),
        Attributes = composition.Attributes(_attributes),
    };

    private string Script()
    {
        // A job without commands is a point where others meet.
        var script = _longScript?.ToString() ?? _script ?? ":";
        return Values.Shell is { } shell ? $"{Shell.Quote(shell)} -c {Shell.Quote("set -e\n" + script)}" : script;
    }

    private IReadOnlyList<string> Promised()
    {
        if (_files.Count == 0) return [];
        // A job has one file more often than any other number.
        if (_files.Count == 1 && _files[0] is ResourceFile only) return only.IsPromised ? [only.Path] : [];
        return [.. _files.Files.Where(file => file.IsPromised).Select(file => file.Path)];
    }

    private IReadOnlyList<InputFile> InputFiles() => _inputs is null
        ? []
        : [.. _inputs.Select(input => new InputFile(input.Source!, input.Path)), .. (_groupInputs ?? []).Select(staged => new InputFile(staged.Source, staged.Path))];
}
