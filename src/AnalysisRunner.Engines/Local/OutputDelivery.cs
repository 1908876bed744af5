using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Engines.Local;

/// <summary>
/// Delivers the outputs of one job that has succeeded. First everything is written beside its destination under another name, or uploaded; then, when
/// nothing can be lacking any more, the names change. Done again from the start it comes to the same, so that a crash in between costs nothing.
/// </summary>
internal sealed class OutputDelivery(FileTransfers transfers, BatchSpec batch, JobSpec job, string scratch)
{
    private readonly List<(string Draft, string Destination)> _drafts = [];

    /// <summary>Writes everything, but under other names where the destination is local.</summary>
    /// <exception cref="TransferFailedException">Something cannot be written; the message says what and why. Nothing is left of the local part.</exception>
    public void Prepare(CancellationToken cancellation)
    {
        for (var i = 0; i < job.OutputFiles.Count; i++)
        {
            var output = job.OutputFiles[i];
            try
            {
                var source = Path.Combine(scratch, output.From);
                if (!Path.Exists(source)) throw new FileNotFoundException("the job did not produce it.");
                if (transfers.For(output.To) is { } transfer) transfer.UploadAsync(source, output.To, cancellation).GetAwaiter().GetResult();
                else Draft(source, output.To, i, cancellation);
            }
            catch (OperationCanceledException)
            {
                Discard();
                throw;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                Discard();
                throw new TransferFailedException(new Problem(EngineCodes.OutputNotDelivered,
                    $"The output \"{output.From}\" cannot be delivered to \"{output.To}\": {e.Message} Make the destination writable or free space, then run the job again.").ToString(), e);
            }
        }
    }

    /// <summary>Gives everything its name.</summary>
    /// <exception cref="TransferFailedException">A name cannot be given; what was given before stays.</exception>
    public void Publish()
    {
        foreach (var (draft, destination) in _drafts)
        {
            try
            {
                if (!Directory.Exists(draft))
                {
                    File.Move(draft, destination, overwrite: true);
                    continue;
                }
                // A folder cannot take the place of another in one step.
                var old = draft + ".old";
                LocalFiles.Delete(old);
                if (Path.Exists(destination)) Directory.Move(destination, old);
                Directory.Move(draft, destination);
                LocalFiles.Delete(old);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                Discard();
                throw new TransferFailedException(new Problem(EngineCodes.OutputNotDelivered, $"The output \"{destination}\" cannot be put in its place: {e.Message} Make the destination writable, then run the job again.").ToString(), e);
            }
        }
    }

    /// <summary>Deletes what was prepared.</summary>
    public void Discard()
    {
        foreach (var (draft, _) in _drafts) LocalFiles.Delete(draft);
        _drafts.Clear();
    }

    private void Draft(string source, string destination, int index, CancellationToken cancellation)
    {
        var folder = Path.GetDirectoryName(destination) ?? throw new IOException("it is no file.");
        if (File.Exists(source) && Directory.Exists(destination)) throw new IOException("a folder is there.");
        Directory.CreateDirectory(folder);
        // The same name each time, so that a delivery that is done again cleans up after the one that was interrupted; and short, whatever the key is.
        var identity = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{batch.Key}/{job.Id}/{index}")))[..8]);
        var draft = Path.Combine(folder, $".{identity}.partial");
        LocalFiles.Delete(draft);
        _drafts.Add((draft, destination));
        LocalFiles.Copy(source, draft, cancellation);
    }
}
