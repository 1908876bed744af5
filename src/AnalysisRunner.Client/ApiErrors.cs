using System.Globalization;
using System.Text;
using System.Text.Json;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Client;

/// <summary>What went wrong between client and server, in words.</summary>
internal static class ApiErrors
{
    private const int LongestProblem = 1024 * 1024;
    private const int LongestExcerpt = 200;

    public static AnalysisRunnerException Malformed(Uri server) => new(
        BuildCodes.RunnerUrlMalformed, $"The server's address \"{Address(server)}\" is not an absolute http or https URL. Check RunnerUrl.");

    public static AnalysisRunnerException TokenMalformed() => new(
        BuildCodes.NoCredentials,
        "The token for the server has characters that cannot be sent in a header, such as a line break. Check the file or variable that holds it.");

    public static AnalysisRunnerException NotReachable(Uri server, string what, Exception? cause = null) => new(
        BuildCodes.ServerNotReachable,
        $"The server \"{Address(server)}\" {what}{Because(cause)}. Check RunnerUrl, the network and that the server is running.",
        cause);

    public static AnalysisRunnerException CertificateRefused(Uri server, Exception cause) => new(
        BuildCodes.CertificateRefused,
        $"The certificate of the server \"{Address(server)}\" is not trusted here{Because(cause)}, so nothing was sent. Check RunnerUrl; where the authority is your organisation's own, add it to this machine's trust store.",
        cause);

    public static AnalysisRunnerException NotOurs(Uri server, string what, Exception? cause = null) => new(
        BuildCodes.ServerNotCompatible,
        $"\"{Address(server)}\" {what}, so it is not an analysis-runner server that this version understands. Check RunnerUrl and the server's version.",
        cause);

    /// <summary>The server's own problems, when the answer has them.</summary>
    public static async Task<AnalysisRunnerException> RefusedAsync(Uri server, HttpResponseMessage response, CancellationToken cancellation)
    {
        var body = await ReadAsync(response, cancellation).ConfigureAwait(false);
        if (response.Content.Headers.ContentType?.MediaType == "application/problem+json" && Parse(body) is { Problems.Count: > 0 } problem)
        {
            return new AnalysisRunnerException(problem.Problems);
        }

        if (response.Content.Headers.ContentType?.MediaType == "application/json" && ParseCompatible(body) is { } problems) return new AnalysisRunnerException(problems);

        var text = body.Length == 0 ? "" : $" (\"{Excerpt(Encoding.UTF8.GetString(body))}\")";
        return NotOurs(server, string.Create(CultureInfo.InvariantCulture, $"answered {(int)response.StatusCode} {response.StatusCode}{text}"));
    }

    /// <summary>Foreign text in one line, without control characters, cut.</summary>
    public static string Excerpt(string text)
    {
        var line = new StringBuilder();
        foreach (var c in text.Trim())
        {
            if (line.Length == LongestExcerpt) return line.Append('…').ToString();
            if (!char.IsControl(c)) line.Append(c);
            else if (line.Length > 0 && line[^1] != ' ') line.Append(' ');
        }
        return line.ToString();
    }

    /// <summary>The problems of a route of the original server: their messages a line each, their codes where the original has a stack trace.</summary>
    private static List<Problem>? ParseCompatible(byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var answer = document.RootElement;
            if (answer.ValueKind != JsonValueKind.Object || !answer.TryGetProperty("message", out var message) || !answer.TryGetProperty("traceback", out var trace)) return null;
            var codes = (trace.GetString() ?? "").Split(';')[0].Split(", ");
            var messages = (message.GetString() ?? "").Split('\n');
            if (!codes.All(code => code.StartsWith("AR", StringComparison.Ordinal) && code.Length == 6)) return null;
            // One code may have several messages, but each code has one.
            return [.. messages.Select((text, i) => new Problem(codes[Math.Min(i, codes.Length - 1)], text))];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static ApiProblem? Parse(byte[] body)
    {
        try
        {
            return JsonSerializer.Deserialize(body, ApiJson.Lenient.ApiProblem);
        }
        catch (JsonException)
        {
            return null; // Somebody else's problem details: reported with status and text.
        }
    }

    private static async Task<byte[]> ReadAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        try
        {
            using var stream = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
            using var body = new MemoryStream();
            var buffer = new byte[16 * 1024];
            for (int read; body.Length < LongestProblem && (read = await stream.ReadAsync(buffer, cancellation).ConfigureAwait(false)) > 0;)
            {
                body.Write(buffer, 0, read);
            }
            return body.ToArray();
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            return []; // The status alone says enough.
        }
    }

    private static string Address(Uri server) =>
        server.IsAbsoluteUri && server.Host.Length > 0
            ? server.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped)
            : Excerpt(server.OriginalString[(server.OriginalString.LastIndexOf('@') + 1)..]);

    private static string Because(Exception? cause) => cause is null or OperationCanceledException ? "" : $" ({Excerpt(cause.GetBaseException().Message)})";
}
