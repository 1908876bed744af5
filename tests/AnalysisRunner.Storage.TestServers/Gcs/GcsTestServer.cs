using AnalysisRunner.Storage.TestServers.Faults;

namespace AnalysisRunner.Storage.TestServers.Gcs;

/// <summary>
/// A server that keeps the published behaviour of Google Cloud Storage's JSON API, in memory: https://cloud.google.com/storage/docs/json_api/v1. Written from the
/// documentation, for what the client uses, with faults at will.
/// </summary>
public sealed class GcsTestServer : IAsyncDisposable
{
    private readonly LoopbackServer _server;

    private GcsTestServer(LoopbackServer server, GcsBuckets buckets)
    {
        _server = server;
        Buckets = buckets;
    }

    public Uri Endpoint => _server.Endpoint;

    public FaultPlan Faults => _server.Faults;

    public GcsBuckets Buckets { get; }

    public static async Task<GcsTestServer> StartAsync()
    {
        var buckets = new GcsBuckets();
        var routes = new GcsRoutes(buckets);
        return new GcsTestServer(await LoopbackServer.StartAsync(routes.HandleAsync), buckets);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
