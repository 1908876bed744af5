using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Engines.Slurm;

/// <summary>
/// The one place that starts programs of Slurm. They see a clean environment, so that no variable (<c>SBATCH_…</c>) adds an option, and what they are told is
/// put together here from checked values.
/// </summary>
internal sealed class SlurmCluster
{
    // What a controller says that is away, busy or full for now. Anything else is a refusal.
    private static readonly string[] Temporary =
    [
        "unable to contact slurm controller", "temporarily unable", "temporarily unavailable", "socket timed out", "connection refused", "connection timed out",
        "transport endpoint", "zero bytes were transmitted", "unexpected message received", "slurm_receive_msg", "send/recv operation", "communication",
        "resource temporarily", "temporarily disabled", "queue full", "protocol authentication error", "munge", "maxsubmitjob", "submitjobslimit", "job submit limit", "controller is shutting down",
        "in standby mode", "no response from",
    ];

    // What sbatch says before it tries again by itself, some fifteen times and longer each time. The engine waits better: it sees to all else meanwhile.
    private const string TriesAgain = "retrying";

    private readonly SlurmEngineOptions _options;
    private readonly string _folder;
    private readonly Dictionary<string, string> _environment;

    private SlurmCluster(SlurmEngineOptions options, string folder)
    {
        (_options, _folder) = (options, folder);
        _environment = options.PassedEnvironment.Distinct().Select(name => (name, value: Environment.GetEnvironmentVariable(name)))
            .Where(variable => variable.value is not null).ToDictionary(variable => variable.name, variable => variable.value!);
        // What is not set here would be cut after 64 characters.
        _environment["SLURM_BITSTR_LEN"] = "0";
    }

    /// <exception cref="AnalysisRunnerException">The programs are not there.</exception>
    public static SlurmCluster Open(SlurmEngineOptions options)
    {
        var folders = options.ProgramFolder is { } given ? [given] : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return folders.FirstOrDefault(folder => File.Exists(Path.Combine(folder, "sbatch"))) is { } found
            ? new SlurmCluster(options, found)
            : throw new AnalysisRunnerException(EngineCodes.SlurmMissing,
                $"The program \"sbatch\" was not found in {(options.ProgramFolder is { } folder ? $"\"{folder}\"" : "PATH")}. Install Slurm's client programs (22.05 or later) on this machine, or name their folder.");
    }

    /// <exception cref="SlurmCommandException">The controller does not answer.</exception>
    public async Task<SlurmLimits> ReadLimitsAsync(CancellationToken cancellation) =>
        SlurmLimits.Parse(await RunAsync("scontrol", ["show", "config"], cancellation));

    /// <summary>The queue of this user.</summary>
    /// <exception cref="SlurmCommandException">The controller does not answer.</exception>
    public async Task<QueueListing> ListAsync(CancellationToken cancellation)
    {
        using var answer = new StringReader(await RunAsync("squeue", ["--noheader", "--me", "--format=" + QueueListing.Format], cancellation));
        return QueueListing.Parse(answer);
    }

    /// <summary>Hands an array to Slurm; the answer is its id.</summary>
    /// <exception cref="SlurmCommandException">Slurm refuses it, or it is not known whether Slurm has it.</exception>
    public async Task<long> SubmitAsync(SlurmArray array, CancellationToken cancellation)
    {
        // What an administrator changes while the engine is open comes here unseen.
        if (array.Placement.Problems() is [var problem, ..]) throw new SlurmCommandException(problem.ToString(), isTemporary: false);
        List<string> arguments =
        [
            "--parsable", "--export=ALL", "--no-requeue", "--kill-on-invalid-dep=yes", "--open-mode=append", "--input=/dev/null", "--nodes=1", "--ntasks=1",
            $"--job-name={array.Name}", $"--comment={array.Comment}", $"--chdir={array.Folder}", $"--output={Pattern(array.LogFolder)}/{Digits(array.Number)}-%a",
            $"--array={IndexSet.Format(array.Indices)}", $"--cpus-per-task={Digits(array.Shape.Cpus)}",
        ];
        if (array.Shape.MemoryMebibytes > 0) arguments.Add($"--mem={Digits(array.Shape.MemoryMebibytes)}M");
        if (array.Shape.Minutes > 0) arguments.Add($"--time={Digits(array.Shape.Minutes)}");
        if (array.Dependencies.Count > 0)
            arguments.Add("--dependency=" + string.Join(',', array.Dependencies.Select(dependency => $"{(dependency.Corresponding ? "aftercorr" : "afterok")}:{Digits(dependency.ArrayId)}")));
        arguments.AddRange(array.Placement.Arguments(array.Shape.IsDriver ? _options.DriverPartition : null));
        arguments.AddRange([array.Wrapper, array.Folder, Digits(array.Number)]);
        var answer = await RunAsync("sbatch", arguments, cancellation, array.PassedVariables);
        return long.TryParse(answer.Trim().Split(';')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? id
            : throw new SlurmCommandException($"sbatch answered \"{answer.Trim()}\", which is no job id.", isTemporary: true);
    }

    /// <summary>Asks tasks to end: their wrappers end the scripts and write down how they ended.</summary>
    public Task SignalAsync(IEnumerable<(long Array, int Index)> tasks, CancellationToken cancellation) => EndAsync(tasks, ["--batch", "--signal=USR1"], cancellation);

    /// <summary>Takes tasks out of Slurm, those that run too.</summary>
    public Task CancelAsync(IEnumerable<(long Array, int Index)> tasks, CancellationToken cancellation) => EndAsync(tasks, [], cancellation);

    /// <summary>Takes what is left of arrays out of Slurm: far less work for it than task by task.</summary>
    public Task CancelAsync(IEnumerable<long> arrays, CancellationToken cancellation) => EndAsync(arrays.Select(Digits), [], cancellation);

    /// <summary>What Slurm says about the tasks of arrays, also those that have ended; tasks that it has forgotten are not in the answer.</summary>
    /// <exception cref="SlurmCommandException">The controller does not answer.</exception>
    public async Task<SlurmVerdicts> JudgeAsync(IReadOnlyCollection<long> arrays, bool hasAccounting, CancellationToken cancellation)
    {
        var (verdicts, known) = (new Dictionary<(long, int), TaskVerdict>(), new HashSet<long>());
        foreach (var array in arrays)
        {
            try
            {
                var answer = await RunAsync("squeue", ["--noheader", "--array", "--states=all", $"--jobs={Digits(array)}", "--Format=" + TaskVerdict.Format], cancellation);
                foreach (var (task, verdict) in TaskVerdict.Parse(answer)) verdicts[task] = verdict;
                if (answer.Length > 0) known.Add(array);
            }
            catch (SlurmCommandException e) when (!e.IsTemporary)
            {
                // The controller has forgotten the job, which it does some minutes after its end.
                if (!hasAccounting) continue;
                foreach (var (task, verdict) in ParseAccounting(await RunAsync("sacct",
                    ["--noheader", "--parsable2", "--allocations", "--array", $"--jobs={Digits(array)}", "--format=JobID,State,ExitCode,NodeList"], cancellation))) verdicts[task] = verdict;
            }
        }
        return new SlurmVerdicts(verdicts, known);
    }

    /// <summary>Reads <c>12_3|CANCELLED by 0|1:9|n1</c>.</summary>
    internal static Dictionary<(long Array, int Index), TaskVerdict> ParseAccounting(string answer)
    {
        var lines = new StringBuilder();
        foreach (var line in answer.Split('\n'))
        {
            if (line.Split('|') is not [var id, var state, var exit, var node] || id.Split('_') is not [var array, var index] || exit.Split(':') is not [var code, var signal]) continue;
            _ = int.TryParse(code, NumberStyles.None, CultureInfo.InvariantCulture, out var exitCode);
            _ = int.TryParse(signal, NumberStyles.None, CultureInfo.InvariantCulture, out var number);
            lines.Append(CultureInfo.InvariantCulture, $"{array}|{index}|{state.Split(' ')[0]}||{(number != 0 ? number : exitCode << 8)}|{node}|\n");
        }
        return TaskVerdict.Parse(lines.ToString());
    }

    /// <summary>A path as a part of a file name pattern, in which <c>%</c> has a meaning.</summary>
    internal static string Pattern(string path) => path.Replace("%", "%%", StringComparison.Ordinal);

    private async Task EndAsync(IEnumerable<(long Array, int Index)> tasks, string[] how, CancellationToken cancellation)
    {
        foreach (var array in tasks.GroupBy(task => task.Array))
            await EndAsync(array.Select(task => task.Index).Order().Chunk(1000).Select(part => $"{Digits(array.Key)}_[{IndexSet.Format(part)}]"), how, cancellation);
    }

    private async Task EndAsync(IEnumerable<string> jobs, string[] how, CancellationToken cancellation)
    {
        foreach (var part in jobs.Chunk(100))
        {
            try
            {
                await RunAsync("scancel", [.. how, .. part], cancellation);
            }
            catch (SlurmCommandException e) when (!e.IsTemporary)
            {
                // What has ended meanwhile cannot be ended; the next look at the queue tells.
            }
        }
    }

    private async Task<string> RunAsync(string program, IReadOnlyList<string> arguments, CancellationToken cancellation, params IReadOnlyList<string> variables)
    {
        var start = new ProcessStartInfo(Path.Combine(_folder, program), arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.Environment.Clear();
        foreach (var (name, value) in _environment) start.Environment[name] = value;
        foreach (var name in variables)
            if (Environment.GetEnvironmentVariable(name) is { } value) start.Environment[name] = value;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(_options.CommandLimit);
        try
        {
            using var process = Process.Start(start) ?? throw new SlurmCommandException($"{program} did not start.", isTemporary: true);
            process.StandardInput.Close();
            try
            {
                var answer = process.StandardOutput.ReadToEndAsync(limit.Token);
                var errors = await ReadErrorsAsync(process, program, limit.Token);
                var text = await answer;
                await process.WaitForExitAsync(limit.Token);
                if (process.ExitCode == 0) return text;
                var said = errors.Trim() is { Length: > 0 } message ? message : $"exit code {Digits(process.ExitCode)}";
                throw new SlurmCommandException($"{program}: {said}", Temporary.Any(phrase => said.Contains(phrase, StringComparison.OrdinalIgnoreCase)));
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                if (cancellation.IsCancellationRequested) throw;
                throw new SlurmCommandException($"{program} did not answer within {_options.CommandLimit.TotalSeconds.ToString(CultureInfo.InvariantCulture)} seconds.", isTemporary: true);
            }
        }
        catch (Win32Exception e)
        {
            throw new SlurmCommandException($"{program} cannot be started: {e.Message}", isTemporary: true);
        }
    }

    private static async Task<string> ReadErrorsAsync(Process process, string program, CancellationToken cancellation)
    {
        var errors = new StringBuilder();
        while (await process.StandardError.ReadLineAsync(cancellation) is { } line)
        {
            errors.Append(line).Append('\n');
            if (!line.Contains(TriesAgain, StringComparison.Ordinal)) continue;
            process.Kill(entireProcessTree: true);
            throw new SlurmCommandException($"{program}: {line}", isTemporary: true);
        }
        return errors.ToString();
    }

    private static string Digits<T>(T number) where T : IFormattable => number.ToString(null, CultureInfo.InvariantCulture);
}

/// <summary>What Slurm says about the tasks of arrays.</summary>
/// <param name="Tasks">Its word about each task that it knows.</param>
/// <param name="KnownArrays">The arrays of which it knows anything.</param>
internal sealed record SlurmVerdicts(IReadOnlyDictionary<(long Array, int Index), TaskVerdict> Tasks, IReadOnlySet<long> KnownArrays)
{
    /// <summary>
    /// Its word about a task. One that was cancelled while its array waited as a whole leaves no trace but its absence: then, and only for a task that was
    /// in the queue before, this says so.
    /// </summary>
    public TaskVerdict? Of(SlurmTask task)
    {
        var array = task.ArrayId!.Value;
        if (Tasks.TryGetValue((array, task.Index), out var verdict)) return verdict;
        return task is { State: SlurmTaskState.Queued, WasSeen: true } && KnownArrays.Contains(array) ? new TaskVerdict("CANCELLED", "", 0, "") : null;
    }
}

/// <summary>An array to hand over.</summary>
/// <param name="Name">The job name that people see.</param>
/// <param name="Comment">What it is found by again.</param>
/// <param name="Wrapper">The script that Slurm runs.</param>
/// <param name="Folder">The folder of the batch.</param>
/// <param name="LogFolder">Where the logs go.</param>
/// <param name="Number">Which submission of the batch.</param>
/// <param name="Indices">The indices of the array.</param>
/// <param name="Shape">What each task asks for.</param>
/// <param name="Placement">Where they run.</param>
/// <param name="PassedVariables">The variables of this process that they see besides.</param>
/// <param name="Dependencies">What the tasks wait for, by Slurm's ids.</param>
internal sealed record SlurmArray(
    string Name, string Comment, string Wrapper, string Folder, string LogFolder, int Number, IReadOnlyList<int> Indices, JobShape Shape, SlurmPlacement Placement, IReadOnlyList<string> PassedVariables,
    IReadOnlyList<(long ArrayId, bool Corresponding)> Dependencies);
