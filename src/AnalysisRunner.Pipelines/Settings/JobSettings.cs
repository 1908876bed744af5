using System.Globalization;
using System.Runtime.CompilerServices;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Pipelines;

/// <summary>What a job can ask for: the setters of <see cref="Job"/>, and of <see cref="BatchDefaults"/> for jobs to come. Each returns its object.</summary>
/// <typeparam name="TSelf">The class itself.</typeparam>
public abstract class JobSettings<TSelf>
    where TSelf : JobSettings<TSelf>
{
    private static readonly HashSet<string> Reserved = new(
        [DriverEnvironment.ConfigPath, DriverEnvironment.Url, DriverEnvironment.TokenFile, DriverEnvironment.ArGuid, DriverEnvironment.BatchTemporaryDirectory],
        StringComparer.Ordinal);

    private protected JobSettings(SettingValues values) => Values = values;

    internal SettingValues Values { get; private set; }

    /// <summary>How messages name whom the settings are for.</summary>
    private protected abstract string Subject { get; }

    /// <summary>Cores, such as <c>2</c>, <c>0.5</c> or <c>500m</c>; 1 unless set.</summary>
    /// <param name="cores">The quantity (<see cref="ResourceQuantity"/>); more than zero.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <exception cref="AnalysisRunnerException"><c>AR5105</c>: it is no such quantity.</exception>
    public TSelf Cpu(string cores, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        var at = Change(file, line);
        return ResourceQuantity.TryParseCpu(cores, out var milli)
            ? Set(Values with { MilliCpu = milli })
            : throw Malformed(at, "cores", cores, "such as \"2\", \"0.5\" or \"500m\", and more than zero");
    }

    /// <summary>Cores; 1 unless set.</summary>
    /// <param name="cores">More than zero; truncated to thousandths.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <exception cref="AnalysisRunnerException"><c>AR5105</c>: it is no such quantity.</exception>
    public TSelf Cpu(double cores, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) => Cpu(
        double.IsFinite(cores) ? cores.ToString("0.###", CultureInfo.InvariantCulture) : cores.ToString(CultureInfo.InvariantCulture), file, line);

    /// <summary>Memory, such as <c>4Gi</c>; none is asked for unless set.</summary>
    /// <param name="size">The quantity in bytes (<see cref="ResourceQuantity"/>).</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <exception cref="AnalysisRunnerException"><c>AR5105</c>: it is no such quantity.</exception>
    public TSelf Memory(string size, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        var at = Change(file, line);
        return ResourceQuantity.TryParseBytes(size, out var bytes)
            ? Set(Values with { MemoryBytes = bytes })
            : throw Malformed(at, "an amount of memory", size, "such as \"4Gi\" or \"500M\"");
    }

    /// <summary>
    /// By what the memory is multiplied at each further attempt; unless set, what the engine is set to. Engines of clusters do this; on one machine the memory
    /// stays as it is.
    /// </summary>
    /// <param name="factor">At least 1.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <exception cref="AnalysisRunnerException"><c>AR5105</c>: it is less than 1, or no number.</exception>
    public TSelf MemoryGrowth(double factor, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        var at = Change(file, line);
        return factor >= 1 && double.IsFinite(factor)
            ? Set(Values with { MemoryGrowth = factor })
            : throw Malformed(at, "a growth of memory", factor.ToString(CultureInfo.InvariantCulture), "1 or more");
    }

    /// <summary>Scratch storage, such as <c>10Gi</c>; none is asked for unless set.</summary>
    /// <param name="size">The quantity in bytes (<see cref="ResourceQuantity"/>).</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <exception cref="AnalysisRunnerException"><c>AR5105</c>: it is no such quantity.</exception>
    public TSelf Storage(string size, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        var at = Change(file, line);
        return ResourceQuantity.TryParseBytes(size, out var bytes)
            ? Set(Values with { StorageBytes = bytes })
            : throw Malformed(at, "an amount of storage", size, "such as \"10Gi\"");
    }

    /// <summary>Whether the job may run on machines that can be taken away; the engine decides unless set. An engine of one machine has no choice.</summary>
    /// <param name="spot">Whether it may.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    public TSelf Spot(bool spot = true, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        Change(file, line);
        return Set(Values with { Spot = spot });
    }

    /// <summary>The regions of the cloud that the job may run in; any unless set. An engine of one machine has no choice.</summary>
    /// <param name="regions">Such as <c>["us-central1"]</c>; empty for any.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <exception cref="AnalysisRunnerException"><c>AR5109</c>: one is no name.</exception>
    public TSelf Regions(IReadOnlyList<string> regions, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        var at = Change(file, line);
        ArgumentNullException.ThrowIfNull(regions);
        foreach (var region in regions)
        {
            if (string.IsNullOrEmpty(region) || !region.All(c => char.IsAsciiLetterOrDigit(c) || c == '-'))
                throw at.Fault(PipelineCodes.NameMalformed, $"\"{region}\" is not the name of a region for {Subject}.");
        }
        return Set(Values with { Regions = [.. regions.Distinct(StringComparer.Ordinal)] });
    }

    /// <summary>How long one attempt may take; without limit unless set.</summary>
    /// <param name="limit">More than zero.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <exception cref="AnalysisRunnerException"><c>AR5105</c>: it is not more than zero.</exception>
    public TSelf Timeout(TimeSpan limit, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        var at = Change(file, line);
        return limit > TimeSpan.Zero
            ? Set(Values with { Timeout = limit })
            : throw Malformed(at, "a time limit", limit.ToString("c", CultureInfo.InvariantCulture), "more than zero");
    }

    /// <summary>How often the job is tried at most; once unless set.</summary>
    /// <param name="most">At least 1.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <exception cref="AnalysisRunnerException"><c>AR5105</c>: it is less than 1.</exception>
    public TSelf Attempts(int most, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        var at = Change(file, line);
        return most >= 1
            ? Set(Values with { Attempts = most })
            : throw Malformed(at, "a number of attempts", most.ToString(CultureInfo.InvariantCulture), "1 or more");
    }

    /// <summary>Sets an environment variable of the job. Jobs inherit nothing from this program but its config.</summary>
    /// <param name="name">Letters, digits and underscores; not one that tells the job its invocation (<see cref="DriverEnvironment"/>).</param>
    /// <param name="value">Any text without NUL. Values are part of the batch's record: no secrets.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <exception cref="AnalysisRunnerException"><c>AR5110</c>: it cannot be set.</exception>
    public TSelf Env(string name, string value, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
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
        return fault is null
            ? Set(Values with { Environment = new Dictionary<string, string>(Values.Environment, StringComparer.Ordinal) { [name!] = value! } })
            : throw at.Fault(PipelineCodes.VariableRefused, $"The environment variable \"{name}\" of {Subject} {fault}.");
    }

    /// <summary>The container image to run in, for engines that use images.</summary>
    /// <param name="image">An image reference, such as <c>docker.io/library/debian:12</c>.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <exception cref="AnalysisRunnerException"><c>AR5109</c>: it is no name of an image.</exception>
    public TSelf Image(string image, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        var at = Change(file, line);
        return !string.IsNullOrEmpty(image) && image[0] != '-' && image.All(c => c is > ' ' and <= '~')
            ? Set(Values with { Image = image })
            : throw at.Fault(PipelineCodes.NameMalformed, $"\"{image}\" is not the name of an image for {Subject}.");
    }

    /// <summary>Whether the job needs a network. An engine that isolates its jobs gives none to the others.</summary>
    /// <param name="network">Whether it does.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    public TSelf Network(bool network = true, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        Change(file, line);
        return Set(Values with { Network = network });
    }

    /// <summary>The program that reads the commands in place of bash; called as <c>shell -c script</c>, where the first failing command ends the script.</summary>
    /// <param name="shell">The path of a shell of the POSIX kind, such as <c>/bin/sh</c>, where the job runs.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <exception cref="AnalysisRunnerException"><c>AR5109</c>: it is no path.</exception>
    public TSelf UseShell(string shell, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        var at = Change(file, line);
        return !string.IsNullOrWhiteSpace(shell) && !OneLine.HasControls(shell) && shell[0] != '-'
            ? Set(Values with { Shell = shell })
            : throw at.Fault(PipelineCodes.NameMalformed, $"\"{shell}\" is not the path of a shell for {Subject}.");
    }

    /// <summary>Whether a change is still possible; the line that asks for it.</summary>
    private protected abstract CodeLine Change(string file, int line);

    private TSelf Set(SettingValues values)
    {
        Values = values;
        return (TSelf)this;
    }

    private AnalysisRunnerException Malformed(CodeLine at, string what, string? found, string expected) =>
        at.Fault(PipelineCodes.QuantityMalformed, $"\"{found}\" for {Subject} is not {what}; it must be {expected}.");
}
