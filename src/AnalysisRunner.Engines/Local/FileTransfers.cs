using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Engines.Local;

/// <summary>Brings inputs to where jobs find them, and knows who brings what.</summary>
internal sealed class FileTransfers(IReadOnlyList<IFileTransfer> transfers)
{
    /// <summary>The transfer of a URL; null for a local path, and for a URL that <see cref="Refuse"/> refuses.</summary>
    public IFileTransfer? For(string place) => IsUrl(place) ? transfers.FirstOrDefault(transfer => transfer.Handles(place)) : null;

    /// <summary>Why a place can be neither read nor written here; null when it can.</summary>
    public Problem? Refuse(JobSpec job, string place)
    {
        if (!IsUrl(place)) return null;
        var missing = "Use a local path, or set the engine up for that storage.";
        try
        {
            if (For(place) is not null) return null;
        }
        catch (IOException lacking)
        {
            missing = lacking.Message;
        }
        return new Problem(EngineCodes.TransferMissing, $"{BatchValidation.Name(job)}: this engine can neither read nor write \"{place}\". {missing}", "jobs");
    }

    /// <summary>Whether a place is a URL rather than a local path.</summary>
    public static bool IsUrl(string place) => place.IndexOf("://", StringComparison.Ordinal) is > 0 and var end && place.AsSpan(0, end).IndexOfAny('/', '\\') < 0;

    /// <summary>
    /// Brings the inputs of a job into the scratch folder of its batch, each once. A local file is linked, or copied where a job in a container could not
    /// follow the link.
    /// </summary>
    /// <exception cref="TransferFailedException">One of them cannot be brought; the message says which and why.</exception>
    public void Stage(LiveBatch batch, JobSpec job, bool copy, CancellationToken cancellation)
    {
        foreach (var input in job.InputFiles)
        {
            var target = Path.Combine(batch.Folder.Scratch, input.To);
            // Jobs that start together may share an input.
            lock (batch.Staging.GetOrAdd(input.To, _ => new object()))
            {
                if (Exists(target)) continue;
                try
                {
                    Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                    if (For(input.From) is null && !copy) Link(input.From, target);
                    else Bring(batch, input.From, target, cancellation);
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    throw new TransferFailedException(new Problem(EngineCodes.InputNotBrought, $"The input \"{input.From}\" cannot be brought to the job: {e.Message}").ToString(), e);
                }
            }
        }
    }

    private static void Link(string from, string target)
    {
        if (Directory.Exists(from)) Directory.CreateSymbolicLink(target, Path.GetFullPath(from));
        else if (File.Exists(from)) File.CreateSymbolicLink(target, Path.GetFullPath(from));
        else throw new FileNotFoundException("it does not exist.");
    }

    private void Bring(LiveBatch batch, string from, string target, CancellationToken cancellation)
    {
        // What is half there must not be taken for the whole, also when this process ends now.
        Directory.CreateDirectory(batch.Folder.Incoming);
        var draft = Path.Combine(batch.Folder.Incoming, Guid.NewGuid().ToString("N"));
        try
        {
            if (For(from) is { } transfer) transfer.DownloadAsync(from, draft, cancellation).GetAwaiter().GetResult();
            else LocalFiles.Copy(from, draft, cancellation);
            if (Directory.Exists(draft)) Directory.Move(draft, target);
            else File.Move(draft, target);
        }
        catch
        {
            LocalFiles.Delete(draft);
            throw;
        }
    }

    private static bool Exists(string path) => Path.Exists(path) || new FileInfo(path).LinkTarget is not null;
}
