using System.Globalization;

namespace AnalysisRunner.Server.Hosting;

/// <summary>Where this server listens; known before it does, because links and checks need it.</summary>
/// <param name="Port">The port on 127.0.0.1.</param>
internal sealed record ServerAddress(int Port)
{
    /// <summary>The base URL, without a trailing slash.</summary>
    public string Url { get; } = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Port}");

    /// <summary>The only <c>Host</c> headers that are ours.</summary>
    public IReadOnlyList<string> Hosts { get; } =
    [
        string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Port}"), string.Create(CultureInfo.InvariantCulture, $"localhost:{Port}"),
    ];

    /// <summary>The page of an invocation.</summary>
    public string PageOf(string arGuid) => $"{Url}/invocations/{arGuid}";

    /// <summary>The page of a batch.</summary>
    public string PageOfBatch(string key) => $"{Url}/batches/{Uri.EscapeDataString(key)}";
}
