using System.Text;
using AnalysisRunner.Contracts;
using AnalysisRunner.Engines.Local.Isolation;
using AnalysisRunner.Engines.Local.Processes;
using AnalysisRunner.Engines.Local.Users;

namespace AnalysisRunner.Engines.Local;

/// <summary>What is done for an attempt: its inputs are brought, its process is started, its end is judged, its outputs are delivered. Blocks its thread.</summary>
internal sealed class AttemptExecution(
    LocalEngineOptions options, string bash, IReadOnlyDictionary<string, string> passedEnvironment, IJobProcesses processes, ScriptLaunchers launchers)
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    private readonly FileTransfers _transfers = new(options.Transfers);
    private readonly LogLimit _logLimit = new(options.LogLimitBytes);

    /// <summary>Counts how often the kernel ended processes for lack of memory.</summary>
    public OutOfMemoryWatch OutOfMemory { get; } = new();

    /// <summary>Writes the folder of the attempt and brings its inputs.</summary>
    /// <exception cref="IOException">Something of that is not possible.</exception>
    public void Prepare(Attempt attempt)
    {
        var job = attempt.Job.Spec;
        var batch = attempt.Batch.Folder;
        var user = UserOf(attempt);
        Directory.CreateDirectory(attempt.Folder.Path);
        Directory.CreateDirectory(attempt.Folder.Work);
        Disk.DemandWritable(batch.Scratch);
        WriteScript(attempt, user);
        // With the rights of the job from here on: what it names and what it left behind must not lead where it could not go itself.
        using var rights = FileRights.Of(user);
        foreach (var output in job.Outputs)
        {
            var path = Path.Combine(batch.Scratch, output);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            // What an earlier attempt left must not pass for the output of this one.
            if (attempt.Number > 1) LocalFiles.Delete(path);
        }
        if (job.InputFiles.Count > 0) _transfers.Stage(attempt.Batch, job, launchers.NeedsCopies(attempt.Batch.Run!.Spec), attempt.Transfer!.Token);
    }

    private void WriteScript(Attempt attempt, OsUser? user)
    {
        File.WriteAllText(attempt.Folder.Script, attempt.Job.Spec.Command + "\n", Utf8);
        // An engine that ignores a request says so where its author looks.
        if (attempt.Job.Spec.Image is { } image && options.Images != ImageRequests.Run)
            File.WriteAllText(attempt.Folder.Log, $"analysis-runner: the image \"{image}\" is ignored; this engine is set to run jobs without containers\n", Utf8);
        if (user is not null && OperatingSystem.IsLinux()) UserFolders.Prepare(attempt.Folder, user);
    }

    /// <summary>Who an attempt is; null when it is who the engine is.</summary>
    /// <exception cref="IOException">Nobody can be that user any more.</exception>
    private static OsUser? UserOf(Attempt attempt)
    {
        try
        {
            return OsUser.Of(attempt.Batch.Run!.Spec.Identity);
        }
        catch (AnalysisRunnerException e)
        {
            throw new IOException(e.Message, e);
        }
    }

    /// <summary>Starts the process of a prepared attempt.</summary>
    /// <exception cref="IOException">It cannot be started.</exception>
    public IJobProcess Start(Attempt attempt)
    {
        var job = attempt.Job.Spec;
        // Without SHELL every bash would look its user up, which takes longer than the rest of its start.
        var environment = new Dictionary<string, string>(passedEnvironment) { ["SHELL"] = bash };
        foreach (var name in options.PassedEnvironmentOf?.Invoke(attempt.Batch.Run!.Spec) ?? [])
            if (Environment.GetEnvironmentVariable(name) is { } passed) environment[name] = passed;
        foreach (var (name, value) in job.Environment) environment[name] = value;
        environment[DriverEnvironment.BatchTemporaryDirectory] = attempt.Batch.Folder.Scratch;
        var command = launchers.For(attempt)?.Command(attempt, environment) ?? [];
        return processes.Start(new JobProcessStart(
            bash, [.. Wrapper.BashArguments, Wrapper.Text, attempt.Folder.Script, attempt.Folder.Work, processes.Boot, .. command], environment, attempt.Folder.Log));
    }

    /// <summary>
    /// Ends what an ended process left behind, and judges. What was stopped may use the rest of its grace time, until the timestamp
    /// <paramref name="killAt"/>, to clean up; what a job left running in the background when it ended by itself is ended at once, as in a container.
    /// </summary>
    public AttemptResult Finish(Attempt attempt, IJobProcess process, long? killAt)
    {
        if (killAt is not null)
        {
            while (processes.HasMembers(process.Pid) && options.TimeProvider.GetTimestamp() < killAt) Thread.Sleep(10);
            processes.Stop(process.Pid, force: true);
        }
        else
        {
            processes.StopGroup(process.Pid);
        }
        var (exitCode, signal, reaped) = process.Reap();
        var usage = ProcessUsage.Most(reaped, attempt.Sampled);
        processes.AwaitGroupEnd(process.Pid);
        if (killAt is not null || signal is not null) launchers.For(attempt)?.EndRemains(attempt);
        try
        {
            var written = attempt.Folder.ReadExit();
            if (written is null && exitCode == Wrapper.NotClaimed && attempt.Folder.ReadClaim().State != ClaimState.Whole)
                return EndedAttempt.NotStarted("its folder cannot be written; its log may say more.");
            return Judge(attempt, written?.Code ?? exitCode, written is null ? signal : null) with { Usage = usage };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return EndedAttempt.Unreadable(e.Message) with { Usage = usage };
        }
    }

    /// <summary>What the end of a script means.</summary>
    public AttemptResult Judge(Attempt attempt, int? exitCode, int? signal)
    {
        _logLimit.Apply(attempt.Folder.Log);
        using var rights = FileRights.Of(UserOf(attempt));
        return launchers.For(attempt)?.OwnFailure(attempt, exitCode)
            ?? EndedAttempt.Of(attempt.Job.Spec, attempt.Batch.Folder.Scratch, exitCode, signal, () => OutOfMemory.StruckSince(attempt.OutOfMemoryCount));
    }

    /// <summary>Ends what an attempt of an earlier host may have left where its session does not reach.</summary>
    public void EndRemains(Attempt attempt) => launchers.For(attempt)?.EndRemains(attempt);

    /// <summary>Keeps the log of a running attempt within its limit.</summary>
    public void LimitLog(Attempt attempt) => _logLimit.Apply(attempt.Folder.Log);

    /// <summary>Delivers the outputs of an attempt that succeeded; the result says whether it still has.</summary>
    /// <param name="attempt">The attempt.</param>
    /// <param name="result">Its success.</param>
    /// <param name="mayPublish">Asked once, when everything is ready: whether it is still wanted.</param>
    public AttemptResult Deliver(Attempt attempt, AttemptResult result, Func<bool> mayPublish)
    {
        using var rights = FileRights.Of(UserOf(attempt));
        var delivery = new OutputDelivery(_transfers, attempt.Batch.Run!.Spec, attempt.Job.Spec, attempt.Batch.Folder.Scratch);
        try
        {
            delivery.Prepare(attempt.Transfer!.Token);
            if (mayPublish()) delivery.Publish();
            else delivery.Discard();
            return result;
        }
        catch (OperationCanceledException)
        {
            // Who cancelled it has recorded why.
            return result;
        }
        catch (TransferFailedException e)
        {
            return EndedAttempt.NotTransferred(e.Message, result.ExitCode) with { Usage = result.Usage };
        }
    }

    /// <summary>
    /// Deletes what a successful attempt left in the folder that it ran in, unless scratch is to stay. An empty folder stays until the batch has ended: file
    /// systems such as ext4 do not use the places of what was deleted again for some seconds, and pass over all of them at each new file.
    /// </summary>
    public void DeleteWork(Attempt attempt)
    {
        if (options.Scratch == ScratchRetention.UntilForgotten) return;
        try
        {
            if (Directory.EnumerateFileSystemEntries(attempt.Folder.Work).Any()) OwnedFiles.DeleteFolder(attempt.Folder.Work);
            OwnedFiles.DeleteFolder(attempt.Folder.Temporary);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Something that got away from its session may still write there; the end of the batch tries again.
            options.Report?.Invoke(new Problem(Contracts.Codes.EngineCodes.StateFolderUnusable, $"A scratch folder cannot be deleted: {e.Message}", File: attempt.Folder.Work));
        }
    }
}
