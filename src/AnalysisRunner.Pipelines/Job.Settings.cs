using System.Globalization;
using System.Runtime.CompilerServices;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Pipelines;

public sealed partial class Job
{
    private static readonly HashSet<string> Reserved = new(
        [DriverEnvironment.ConfigPath, DriverEnvironment.Url, DriverEnvironment.TokenFile, DriverEnvironment.ArGuid, DriverEnvironment.BatchTemporaryDirectory],
        StringComparer.Ordinal);

    private readonly Dictionary<string, string> _environment = new(StringComparer.Ordinal);
    private int _milliCpu = 1000;
    private long _memoryBytes;
    private long _storageBytes;
    private TimeSpan? _timeout;
    private int _attempts = 1;
    private bool _alwaysRun;
    private string? _image;

    /// <summary>Cores, such as <c>2</c>, <c>0.5</c> or <c>500m</c>; 1 unless set.</summary>
    /// <param name="cores">The quantity (<see cref="ResourceQuantity"/>); more than zero.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    public Job Cpu(string cores, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        var at = Change(file, line);
        if (!ResourceQuantity.TryParseCpu(cores, out _milliCpu)) throw Malformed(at, "cores", cores, "such as \"2\", \"0.5\" or \"500m\", and more than zero");
        return this;
    }

    /// <summary>Cores; 1 unless set.</summary>
    /// <param name="cores">More than zero; truncated to thousandths.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    public Job Cpu(double cores, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        Cpu(double.IsFinite(cores) ? cores.ToString("0.###", CultureInfo.InvariantCulture) : cores.ToString(CultureInfo.InvariantCulture), file, line);

    /// <summary>Memory, such as <c>4Gi</c>; none is asked for unless set.</summary>
    /// <param name="size">The quantity in bytes (<see cref="ResourceQuantity"/>).</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    public Job Memory(string size, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        var at = Change(file, line);
        if (!ResourceQuantity.TryParseBytes(size, out _memoryBytes)) throw Malformed(at, "an amount of memory", size, "such as \"4Gi\" or \"500M\"");
        return this;
    }

    /// <summary>Scratch storage, such as <c>10Gi</c>; none is asked for unless set.</summary>
    /// <param name="size">The quantity in bytes (<see cref="ResourceQuantity"/>).</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    public Job Storage(string size, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        var at = Change(file, line);
        if (!ResourceQuantity.TryParseBytes(size, out _storageBytes)) throw Malformed(at, "an amount of storage", size, "such as \"10Gi\"");
        return this;
    }

    /// <summary>How long one attempt may take; without limit unless set.</summary>
    /// <param name="limit">More than zero.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    public Job Timeout(TimeSpan limit, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        var at = Change(file, line);
        if (limit <= TimeSpan.Zero) throw Malformed(at, "a time limit", limit.ToString("c", CultureInfo.InvariantCulture), "more than zero");
        _timeout = limit;
        return this;
    }

    /// <summary>How often the job is tried at most; once unless set.</summary>
    /// <param name="most">At least 1.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    public Job Attempts(int most, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        var at = Change(file, line);
        if (most < 1) throw Malformed(at, "a number of attempts", most.ToString(CultureInfo.InvariantCulture), "1 or more");
        _attempts = most;
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

    /// <summary>Sets an environment variable of the job. Jobs inherit nothing from this program.</summary>
    /// <param name="name">Letters, digits and underscores; not one that tells the job its invocation (<see cref="DriverEnvironment"/>).</param>
    /// <param name="value">Any text without NUL. Values are part of the batch's record: no secrets.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    public Job Env(string name, string value, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        var at = Change(file, line);
        var fault = name switch
        {
            null or "" => "has no name",
            _ when !name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_') || char.IsAsciiDigit(name[0]) => "is not made of letters, digits and underscores",
            _ when Reserved.Contains(name) => "is reserved: it tells a job its invocation",
            _ when value is null => "has no value",
            _ when value.Contains('\0') => "has a value with a NUL character",
            _ => null,
        };
        if (fault is not null) throw at.Fault(PipelineCodes.VariableRefused, $"The environment variable \"{name}\" of the job \"{Name}\" {fault}.");
        _environment[name!] = value!;
        return this;
    }

    /// <summary>The container image to run in, for engines that use images.</summary>
    /// <param name="image">An image reference, such as <c>docker.io/library/debian:12</c>.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    public Job Image(string image, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        var at = Change(file, line);
        if (string.IsNullOrEmpty(image) || image[0] == '-' || image.Any(c => c is <= ' ' or > '~'))
        {
            throw at.Fault(PipelineCodes.NameMalformed, $"\"{image}\" is not the name of an image for the job \"{Name}\".");
        }
        _image = image;
        return this;
    }

    /// <summary>The job as plain data.</summary>
    /// <param name="inherited">Variables that every job gets.</param>
    /// <param name="attributes">Attributes that every job gets.</param>
    internal JobSpec ToSpec(IReadOnlyDictionary<string, string> inherited, IReadOnlyDictionary<string, string> attributes) => new()
    {
        Id = Id,
        Name = Name,
        // A job without commands is a point where others meet.
        Command = _commands.Count == 0 ? ":" : string.Join('\n', _commands),
        Parents = [.. _parents.Keys.Order()],
        Environment = new Dictionary<string, string>(inherited.Concat(_environment), StringComparer.Ordinal),
        MilliCpu = _milliCpu,
        MemoryBytes = _memoryBytes,
        StorageBytes = _storageBytes,
        Timeout = _timeout,
        Attempts = _attempts,
        AlwaysRun = _alwaysRun,
        Image = _image,
        Outputs = [.. _files.Values.Select(written => written.Path)],
        Attributes = attributes,
    };

    private AnalysisRunnerException Malformed(CodeLine at, string what, string? found, string expected) =>
        at.Fault(PipelineCodes.QuantityMalformed, $"\"{found}\" for the job \"{Name}\" is not {what}; it must be {expected}.");
}
