using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Runs;

namespace AnalysisRunner.Server.Hosting.Health;

/// <summary>Whether there is room where runs, engine and configs are written. A small file tells it, because quotas and read-only disks show nowhere else.</summary>
internal sealed class DiskHasRoom(StateFolders folders, ILogger<DiskHasRoom> logger) : IReadinessCheck
{
    // What a small file does not notice: the next checkout needs more.
    private const long Little = 64L << 20;
    private const int Probe = 64 * 1024;

    public Task<Trouble?> FindAsync(CancellationToken cancellation)
    {
        foreach (var (name, folder) in new[] { ("state", folders.Root), ("config_store", folders.Configs) })
        {
            try
            {
                if (!Directory.Exists(folder)) continue;
                var file = Path.Combine(folder, $".room-{Guid.NewGuid():N}");
                using (var stream = new FileStream(file, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose))
                {
                    stream.Write(new byte[Probe]);
                    stream.Flush(flushToDisk: true);
                }
                if (new DriveInfo(folder).AvailableFreeSpace < Little) return Found(name, $"less than {Little >> 20} MiB are free; runs may fail", isFatal: false);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                logger.LogWarning(e, "{Folder} cannot be written.", folder);
                return Found(name, "it cannot be written; nothing new starts until it can, and nothing is lost", isFatal: true);
            }
        }
        return Task.FromResult<Trouble?>(null);
    }

    private static Task<Trouble?> Found(string name, string text, bool isFatal) =>
        Task.FromResult<Trouble?>(new Trouble("disk", $"{DurabilityCodes.DiskFull}: '{name}': {text}", isFatal));
}
