using System.Text;
using AnalysisRunner.Contracts;
using AnalysisRunner.Engines.Local.Processes;

namespace AnalysisRunner.Engines.Local;

/// <summary>Starts the process of an attempt and says how it ended. Blocks its thread.</summary>
internal sealed class AttemptExecution(string bash, IReadOnlyDictionary<string, string> passedEnvironment, IJobProcesses processes, TimeProvider clock)
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Writes the folder of the attempt and starts its process.</summary>
    /// <exception cref="IOException">Something of that is not possible.</exception>
    public IJobProcess Start(Attempt attempt)
    {
        var job = attempt.Job.Spec;
        var batch = attempt.Batch.Folder;
        Directory.CreateDirectory(attempt.Folder.Path);
        Directory.CreateDirectory(attempt.Folder.Work);
        foreach (var output in job.Outputs)
        {
            var path = Path.Combine(batch.Scratch, output);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            // What an earlier attempt left must not pass for the output of this one.
            if (attempt.Number > 1) Delete(path);
        }
        File.WriteAllText(attempt.Folder.Script, job.Command + "\n", Utf8);
        // An engine that ignores a request says so where its author looks.
        if (job.Image is { } image) File.WriteAllText(attempt.Folder.Log, $"analysis-runner: the image \"{image}\" is ignored; this engine runs jobs without containers\n", Utf8);

        var environment = new Dictionary<string, string>(passedEnvironment);
        foreach (var (name, value) in job.Environment) environment[name] = value;
        environment[DriverEnvironment.BatchTemporaryDirectory] = batch.Scratch;
        return processes.Start(new JobProcessStart(
            bash, [.. Wrapper.BashArguments, Wrapper.Text, attempt.Folder.Script, attempt.Folder.Work, processes.Boot], environment, attempt.Folder.Log));
    }

    /// <summary>
    /// Ends what an ended process left behind, and judges. What was stopped may use the rest of its grace time, until the timestamp
    /// <paramref name="killAt"/>, to clean up; what a job left running in the background when it ended by itself is ended at once, as in a container.
    /// </summary>
    public AttemptResult Finish(Attempt attempt, IJobProcess process, long? killAt)
    {
        if (killAt is not null)
        {
            while (processes.HasMembers(process.Pid) && clock.GetTimestamp() < killAt) Thread.Sleep(10);
            processes.Stop(process.Pid, force: true);
        }
        else
        {
            processes.StopGroup(process.Pid);
        }
        var (exitCode, signal) = process.Reap();
        processes.AwaitGroupEnd(process.Pid);
        try
        {
            var written = attempt.Folder.ReadExit();
            if (written is null && exitCode == Wrapper.NotClaimed && attempt.Folder.ReadClaim().State != ClaimState.Whole)
                return EndedAttempt.NotStarted("its folder cannot be written; its log may say more.");
            return EndedAttempt.Of(attempt.Job.Spec, attempt.Batch.Folder.Scratch, written?.Code ?? exitCode, written is null ? signal : null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return EndedAttempt.Unreadable(e.Message);
        }
    }

    private static void Delete(string path)
    {
        if (Directory.Exists(path) && new DirectoryInfo(path).LinkTarget is null) Directory.Delete(path, recursive: true);
        else File.Delete(path);
    }
}
