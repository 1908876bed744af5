using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace AnalysisRunner.Storage.TestServers;

/// <summary>Hands requests on to a real server as they are, so that faults can be put before it. The host's name stays the client's: it is signed.</summary>
public sealed class ForwardingProxy(Uri upstream) : IDisposable
{
    private static readonly string[] OfTheConnection = ["Transfer-Encoding", "Connection", "Keep-Alive", "Expect"];

    private readonly HttpClient _client = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false });

    public async Task HandleAsync(HttpContext context)
    {
        using var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), new Uri(upstream, context.Features.Get<IHttpRequestFeature>()!.RawTarget));
        if (context.Request.ContentLength is not null || context.Request.Headers.ContainsKey("Transfer-Encoding")) request.Content = new StreamContent(context.Request.Body);
        foreach (var (name, values) in context.Request.Headers.Where(header => !OfTheConnection.Contains(header.Key, StringComparer.OrdinalIgnoreCase)))
            if (!request.Headers.TryAddWithoutValidation(name, values.ToArray())) request.Content?.Headers.TryAddWithoutValidation(name, values.ToArray());
        try
        {
            using var answer = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, context.RequestAborted);
            context.Response.StatusCode = (int)answer.StatusCode;
            foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers).Where(header => !OfTheConnection.Contains(header.Key, StringComparer.OrdinalIgnoreCase)))
                context.Response.Headers[name] = values.ToArray();
            if (context.Request.Method == "HEAD") return;
            await (await answer.Content.ReadAsStreamAsync(context.RequestAborted)).CopyToAsync(context.Response.Body, context.RequestAborted);
        }
        catch (Exception error) when (error is HttpRequestException or IOException or OperationCanceledException)
        {
            context.Abort();
        }
    }

    public void Dispose() => _client.Dispose();
}
