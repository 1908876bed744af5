using System.Diagnostics;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using AnalysisRunner.Server.Hosting;
using AnalysisRunner.Server.Tests.Code;
using AnalysisRunner.Server.Tests.Hosting;
using AnalysisRunner.Server.Tests.Notifications;

namespace AnalysisRunner.Server.Tests.Images;

/// <summary>The real registry (CNCF Distribution), on this machine.</summary>
internal sealed class DockerRegistry : IAsyncDisposable
{
    public const string Program = "docker-registry";

    private readonly string _folder = Directory.CreateTempSubdirectory("registry-").FullName;
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false });
    private Process? _process;

    /// <summary>Its name in names of images.</summary>
    public string Host { get; private set; } = "";

    /// <summary>Starts one.</summary>
    /// <param name="authentication">The section <c>auth</c> of its configuration; null lets everybody in.</param>
    public static async Task<DockerRegistry> StartAsync(string? authentication = null)
    {
        var registry = new DockerRegistry();
        // Somebody else may take the free port first.
        for (var i = 0; i < 5; i++)
        {
            registry.Host = $"127.0.0.1:{HookReceiver.FreePort()}";
            if (await registry.TryStartAsync(authentication)) return registry;
        }
        throw new InvalidOperationException("The registry does not start.");
    }

    /// <summary>Pushes an image; the answer is the digest of its manifest.</summary>
    public async Task<string> PushAsync(string repository, string tag, string content, AuthenticationHeaderValue? user = null)
    {
        var config = Encoding.UTF8.GetBytes($$"""{"architecture": "amd64", "os": "linux", "comment": "{{content}}"}""");
        var digest = "sha256:" + Convert.ToHexStringLower(SHA256.HashData(config));
        using var started = await SendAsync(HttpMethod.Post, new Uri($"http://{Host}/v2/{repository}/blobs/uploads/"), null, user);
        var upload = new UriBuilder(started.Headers.Location!);
        upload.Query = $"{upload.Query.TrimStart('?')}&digest={Uri.EscapeDataString(digest)}";
        using var uploaded = await SendAsync(HttpMethod.Put, upload.Uri, new ByteArrayContent(config) { Headers = { ContentType = new("application/octet-stream") } }, user);
        var manifest =
            $$"""
            {"schemaVersion": 2, "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
             "config": {"mediaType": "application/vnd.docker.container.image.v1+json", "size": {{config.Length}}, "digest": "{{digest}}"}, "layers": []}
            """;
        using var body = new StringContent(manifest);
        body.Headers.ContentType = new("application/vnd.docker.distribution.manifest.v2+json");
        using var pushed = await SendAsync(HttpMethod.Put, new Uri($"http://{Host}/v2/{repository}/manifests/{tag}"), body, user);
        return "sha256:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(manifest)));
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _http.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Ends it; what was pushed is gone.</summary>
    public async Task StopAsync()
    {
        if (_process is null) return;
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, Uri address, HttpContent? content, AuthenticationHeaderValue? user)
    {
        using var request = new HttpRequestMessage(method, address) { Content = content };
        request.Headers.Authorization = user;
        var response = await _http.SendAsync(request, TestRunner.Limit());
        response.IsSuccessStatusCode.ShouldBeTrue($"{method} {address}: {(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}");
        return response;
    }

    private async Task<bool> TryStartAsync(string? authentication)
    {
        var settings = Path.Combine(_folder, "config.yml");
        await File.WriteAllTextAsync(settings, $"version: 0.1\nstorage:\n  filesystem:\n    rootdirectory: {_folder}/data\nhttp:\n  addr: {Host}\n{authentication}\n");
        _process = Process.Start(new ProcessStartInfo(Program, ["serve", settings]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        var listens = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        var ended = Task.WhenAll(ReadAsync(_process.StandardError, listens), ReadAsync(_process.StandardOutput, listens)).ContinueWith(_ => listens.TrySetResult(false), TaskScheduler.Default);
        return await listens.Task.WaitAsync(TestRunner.Limit());
    }

    private static async Task ReadAsync(StreamReader from, TaskCompletionSource<bool> listens)
    {
        while (await from.ReadLineAsync() is { } line)
        {
            if (line.Contains("listening on ", StringComparison.Ordinal)) listens.TrySetResult(true);
        }
    }
}

/// <summary>A fact with the real registry; skipped, saying so, where it is not installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RegistryFactAttribute : FactAttribute
{
    public RegistryFactAttribute() => Skip = GitRequirement.Missing ?? (Programs.IsOnPath(DockerRegistry.Program) ? null : $"{DockerRegistry.Program} is not installed");
}
