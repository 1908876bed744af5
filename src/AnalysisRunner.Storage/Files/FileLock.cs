namespace AnalysisRunner.Storage.Files;

/// <summary>
/// Orders the writers of a file, of this process and of others, for the moment in which a finished file takes its place: a comparison of versions
/// and a rename are two steps of the file system.
/// </summary>
internal sealed class FileLock : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly SemaphoreSlim[] Stripes = [.. Enumerable.Range(0, 64).Select(_ => new SemaphoreSlim(1, 1))];

    private readonly SemaphoreSlim _stripe;
    private readonly FileStream _file;

    private FileLock(SemaphoreSlim stripe, FileStream file)
    {
        _stripe = stripe;
        _file = file;
    }

    internal static async Task<FileLock> AcquireAsync(StoragePath path, string lockFile, CancellationToken cancellationToken)
    {
        var stripe = Stripes[(uint)lockFile.GetHashCode(StringComparison.Ordinal) % Stripes.Length];
        await stripe.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return new FileLock(stripe, await OpenAsync(path, lockFile, cancellationToken).ConfigureAwait(false));
        }
        catch
        {
            stripe.Release();
            throw;
        }
    }

    public void Dispose()
    {
        _file.Dispose();
        _stripe.Release();
    }

    // The lock of another process is held for a rename or two. The system offers no wait with a limit, so it is tried again.
    private static async Task<FileStream> OpenAsync(StoragePath path, string lockFile, CancellationToken cancellationToken)
    {
        var deadline = Environment.TickCount64 + (long)Patience.TotalMilliseconds;
        while (true)
        {
            try
            {
                return new FileStream(lockFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
            }
            catch (IOException error) when (error is not (DirectoryNotFoundException or PathTooLongException))
            {
                if (Environment.TickCount64 >= deadline) throw StorageErrors.TimedOut(path, Patience, error);
                await Task.Delay(Random.Shared.Next(1, 10), cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
