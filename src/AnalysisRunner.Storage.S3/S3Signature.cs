using System.Globalization;
using System.Text;
using Amazon.Runtime;
using Amazon.Runtime.Internal.Auth;

namespace AnalysisRunner.Storage.S3;

/// <summary>
/// Signs requests (signature version 4: https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html). Every header is signed that says what is sent
/// and under which condition.
/// </summary>
internal sealed class S3Signature(ImmutableCredentials credentials, string region)
{
    /// <summary>The SHA-256 of nothing.</summary>
    internal const string EmptyPayload = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    /// <summary>In place of a body's SHA-256.</summary>
    internal const string UnsignedPayload = "UNSIGNED-PAYLOAD";

    private const string Service = "s3";

    /// <summary>The value of <c>Authorization</c>; what else the signature needs is added to the headers.</summary>
    /// <param name="method">The method.</param>
    /// <param name="address">Encoded as it will be sent.</param>
    /// <param name="headers">Names in lower case, in their order; those of an earlier attempt are replaced.</param>
    /// <param name="payload">The body's SHA-256, or <see cref="UnsignedPayload"/>.</param>
    internal string Sign(HttpMethod method, Uri address, SortedDictionary<string, string> headers, string payload)
    {
        var now = DateTime.UtcNow;
        headers["x-amz-content-sha256"] = payload;
        headers["x-amz-date"] = now.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        if (credentials.Token is { Length: > 0 } token) headers["x-amz-security-token"] = token;
        else headers.Remove("x-amz-security-token");
        headers["host"] = address.Authority;

        var canonical = new StringBuilder(512).Append(method.Method).Append('\n')
            .Append(address.AbsolutePath).Append('\n')
            .Append(address.Query.AsSpan(Math.Min(1, address.Query.Length))).Append('\n');
        foreach (var (name, value) in headers) canonical.Append(name).Append(':').Append(value).Append('\n');
        var names = string.Join(';', headers.Keys);
        canonical.Append('\n').Append(names).Append('\n').Append(payload);
        return AWS4Signer.ComputeSignature(credentials, region, now, Service, names, canonical.ToString()).ForAuthorizationHeader;
    }
}
