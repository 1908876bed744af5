namespace AnalysisRunner.Engines;

/// <summary>Brings files and folders from and to places that are no local paths, such as an object store. Local paths need none. Thread-safe.</summary>
public interface IFileTransfer
{
    /// <summary>Whether this transfer can read and write a URL.</summary>
    /// <exception cref="IOException">It is one of its kind, but something that it needs is missing, such as a package; the message says what.</exception>
    bool Handles(string url);

    /// <summary>Writes what a URL names to a local path that does not exist, in a folder that does. A part that a failure leaves there is deleted by the caller.</summary>
    /// <exception cref="IOException">It is not there or cannot be read; the message says why.</exception>
    Task DownloadAsync(string from, string to, CancellationToken cancellation);

    /// <summary>Writes a local file or folder to a URL. Each file appears there as a whole or not at all; doing it twice is as doing it once.</summary>
    /// <exception cref="IOException">It cannot be written; the message says why.</exception>
    Task UploadAsync(string from, string to, CancellationToken cancellation);
}
