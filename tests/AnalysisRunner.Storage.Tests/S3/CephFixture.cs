using AnalysisRunner.Storage.TestServers.Ceph;

namespace AnalysisRunner.Storage.Tests.S3;

/// <summary>One engine for all tests that need it.</summary>
public sealed class CephFixture : IAsyncLifetime
{
    public const string Bucket = "contract";

    private CephGateway? _gateway;

    public CephGateway Gateway => _gateway ?? throw new InvalidOperationException("The engine is not there; the tests that need it are skipped.");

    public async Task InitializeAsync()
    {
        if (!CephGateway.Programs.All(RequiresProgramAttribute.Exists)) return;
        _gateway = await CephGateway.StartAsync();
        await _gateway.CreateBucketAsync(Bucket);
    }

    public async Task DisposeAsync()
    {
        if (_gateway is not null) await _gateway.DisposeAsync();
    }
}
