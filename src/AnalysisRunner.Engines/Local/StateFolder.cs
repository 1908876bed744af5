using System.Diagnostics;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Engines.Local.Processes;
using AnalysisRunner.Engines.Local.Users;

namespace AnalysisRunner.Engines.Local;

/// <summary>
/// The engine's folder: <c>lock</c>, <c>batches/</c> with a folder per batch, and <c>incoming/</c>, where batches are put together and taken apart so
/// that <c>batches/</c> holds whole ones only. Held by one engine at a time.
/// </summary>
internal sealed class StateFolder : IDisposable
{
    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(2);

    private readonly FileStream _lock;
    private readonly string _batches;
    private readonly string _incoming;

    private StateFolder(string path, FileStream lockFile)
    {
        _lock = lockFile;
        Path = path;
        _batches = System.IO.Path.Combine(path, "batches");
        _incoming = System.IO.Path.Combine(path, "incoming");
    }

    public string Path { get; }

    /// <exception cref="AnalysisRunnerException">The folder cannot be used, or another engine holds it.</exception>
    public static StateFolder Open(string path)
    {
        path = System.IO.Path.GetFullPath(path);
        try
        {
            CreatePrivate(path);
            var folder = new StateFolder(path, Lock(path));
            CreatePrivate(folder._batches);
            if (Directory.Exists(folder._incoming)) Directory.Delete(folder._incoming, recursive: true);
            CreatePrivate(folder._incoming);
            return folder;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new AnalysisRunnerException(EngineCodes.StateFolderUnusable,
                $"The state folder \"{path}\" cannot be used: {e.Message} Jobs are recorded there before they start: make it writable, free space, or choose another folder.", e);
        }
    }

    /// <summary>The folders of all batches.</summary>
    public IEnumerable<BatchFolder> Batches() => Directory.EnumerateDirectories(_batches).Select(path => new BatchFolder(path));

    /// <summary>Writes a new batch: when this returns it is on the disk as a whole, and before nothing of it counts.</summary>
    /// <param name="spec">The batch.</param>
    /// <param name="accepted">The first record of its journal.</param>
    /// <param name="user">Who its jobs are; null when they are who the engine is.</param>
    public BatchFolder Create(BatchSpec spec, BatchAcceptedRecord accepted, OsUser? user = null)
    {
        var draft = new BatchFolder(System.IO.Path.Combine(_incoming, Guid.NewGuid().ToString("N")));
        var final = new BatchFolder(System.IO.Path.Combine(_batches, FolderName(spec.Key)));
        try
        {
            CreatePrivate(draft.Path);
            CreatePrivate(draft.Attempts);
            CreatePrivate(draft.Scratch);
            CreatePrivate(draft.Work);
            if (user is not null && OperatingSystem.IsLinux())
            {
                UserFolders.LetPass(Path, _batches, draft.Path, draft.Attempts, draft.Work);
                CreatePrivate(draft.Incoming);
                UserFolders.Give(user, draft.Scratch, draft.Incoming);
            }
            using (var file = Disk.CreatePrivate(draft.SpecFile))
            {
                JsonSerializer.Serialize(file, spec, ContractsJson.Default.BatchSpec);
                file.Flush(flushToDisk: true);
            }
            using (var file = Disk.CreatePrivate(draft.JournalFile))
            {
                file.Write(Journal.Line(accepted.Write()));
                file.Flush(flushToDisk: true);
            }
            Disk.FlushFolder(draft.Path);
            Directory.Move(draft.Path, final.Path);
            Disk.FlushFolder(_batches);
            return final;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new AnalysisRunnerException(EngineCodes.StateFolderUnusable,
                $"The batch \"{spec.Key}\" cannot be recorded in \"{Path}\": {e.Message} Nothing of it was started. Make the folder writable or free space, then submit again.", e);
        }
    }

    /// <summary>Deletes a batch as a whole, also when this process ends half way.</summary>
    public void Delete(BatchFolder batch)
    {
        batch.DeleteScratch();
        var doomed = System.IO.Path.Combine(_incoming, Guid.NewGuid().ToString("N"));
        Directory.Move(batch.Path, doomed);
        Directory.Delete(doomed, recursive: true);
    }

    public void Dispose() => _lock.Dispose();

    /// <summary>
    /// Takes the lock, which the operating system gives back when the process ends, however it ends. A process that was being born when the last holder
    /// was killed has the lock for another moment, until its program starts; hence a little patience.
    /// </summary>
    private static FileStream Lock(string path)
    {
        var file = System.IO.Path.Combine(path, "lock");
        for (var started = Stopwatch.StartNew(); ;)
        {
            try
            {
                return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (File.Exists(file) && started.Elapsed < LockPatience)
            {
                Thread.Sleep(20);
            }
            catch (IOException e) when (File.Exists(file))
            {
                throw new AnalysisRunnerException(EngineCodes.StateFolderInUse,
                    $"The state folder \"{path}\" is held by another engine ({e.Message}). Two would start the same jobs twice: end the other process or use another folder.", e);
            }
        }
    }

    /// <summary>Keys differ by case and file systems may not, so a key with capitals gets a name of another kind.</summary>
    private static string FolderName(string key) => key.Any(char.IsAsciiLetterUpper)
        ? "~" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)))
        : key;

    private static void CreatePrivate(string path)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
        else CreatePrivateUnix(path);
    }

    // Specs carry the environment of jobs, and logs what jobs print: nobody else's business.
    [UnsupportedOSPlatform("windows")]
    private static void CreatePrivateUnix(string path) =>
        Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
}
