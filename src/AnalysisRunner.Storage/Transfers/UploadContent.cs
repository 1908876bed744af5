using System.Net;

namespace AnalysisRunner.Storage.Transfers;

/// <summary>A part, or what comes after its first bytes, as the body of a request; the part outlives it, for another attempt.</summary>
internal sealed class UploadContent(UploadPart part, long skipped = 0) : HttpContent
{
    private const int BlockSize = 256 * 1024;

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        var content = part.Open(skipped);
        await using var opened = content.ConfigureAwait(false);
        await content.CopyToAsync(stream, BlockSize, cancellationToken).ConfigureAwait(false);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = part.Length - skipped;
        return true;
    }
}
