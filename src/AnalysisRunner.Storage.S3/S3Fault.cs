using System.Net;
using System.Xml;
using System.Xml.Linq;
using Amazon.Runtime;
using Amazon.S3;

namespace AnalysisRunner.Storage.S3;

/// <summary>A refusal as the SDK's client would tell it, so that <see cref="S3Errors"/> judges both alike.</summary>
internal static class S3Fault
{
    private const int LongestAnswer = 64 * 1024;

    /// <summary>Reads the answer's body, which names a code and a reason (https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html).</summary>
    internal static async Task<AmazonS3Exception> ReadAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        var (code, message) = Parse(await BodyAsync(answer, cancellationToken).ConfigureAwait(false));
        return new AmazonS3Exception(message ?? answer.ReasonPhrase ?? "", ErrorType.Unknown, code ?? answer.StatusCode.ToString(), null, answer.StatusCode);
    }

    /// <summary>Whether the same request may be answered otherwise in a moment.</summary>
    internal static bool MayPass(AmazonS3Exception fault) =>
        fault.StatusCode is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or HttpStatusCode.InternalServerError
            or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout
        || fault.ErrorCode is "RequestTimeout" or "SlowDown" or "OperationAborted" or "ConditionalRequestConflict";

    private static async Task<string> BodyAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        var content = await answer.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using var opened = content.ConfigureAwait(false);
        var bytes = new byte[LongestAnswer];
        var length = await content.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        return System.Text.Encoding.UTF8.GetString(bytes, 0, length);
    }

    private static (string? Code, string? Message) Parse(string text)
    {
        try
        {
            using var reader = XmlReader.Create(new StringReader(text), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit });
            var error = XDocument.Load(reader).Root;
            return (error?.Elements().FirstOrDefault(child => child.Name.LocalName == "Code")?.Value, error?.Elements().FirstOrDefault(child => child.Name.LocalName == "Message")?.Value);
        }
        catch (XmlException)
        {
            // No answer of the store, perhaps of something in front of it: the status says what there is to say.
            return (null, null);
        }
    }
}
