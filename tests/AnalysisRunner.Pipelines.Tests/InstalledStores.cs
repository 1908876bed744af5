using AnalysisRunner.Storage;
using AnalysisRunner.Storage.TestServers.Ceph;
using AnalysisRunner.Storage.TestServers.Gcs;

namespace AnalysisRunner.Pipelines.Tests;

/// <summary>Stores that a program finds by its environment, as a user has set it: Ceph's gateway where it is installed, and the server of Google's published behaviour.</summary>
public sealed class InstalledStores : IAsyncLifetime
{
    public const string Bucket = "study";

    private readonly Dictionary<string, string?> _before = [];
    private CephGateway? _ceph;
    private GcsTestServer? _gcs;

    public async Task InitializeAsync()
    {
        _gcs = await GcsTestServer.StartAsync();
        _gcs.Buckets.Create(Bucket);
        Set("STORAGE_EMULATOR_HOST", _gcs.Endpoint.ToString());
        if (FactWithCephAttribute.Missing is not null) return;
        _ceph = await CephGateway.StartAsync();
        await _ceph.CreateBucketAsync(Bucket);
        Set("AWS_ENDPOINT_URL_S3", _ceph.Endpoint.ToString());
        Set("AWS_ACCESS_KEY_ID", CephGateway.AccessKey);
        Set("AWS_SECRET_ACCESS_KEY", CephGateway.SecretKey);
    }

    public async Task DisposeAsync()
    {
        foreach (var (name, value) in _before) Environment.SetEnvironmentVariable(name, value);
        if (_ceph is not null) await _ceph.DisposeAsync();
        if (_gcs is not null) await _gcs.DisposeAsync();
    }

    /// <summary>Writes an object and gives its address.</summary>
    public static async Task<string> WriteAsync(string scheme, string key, string text)
    {
        var path = StoragePath.Parse($"{scheme}://{Bucket}/{key}");
        await using var stores = new ObjectStores();
        await stores.For(path).WriteAsync(path, new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text)));
        return path.ToString();
    }

    /// <summary>The text of an object; null when there is none.</summary>
    public static async Task<string?> ReadAsync(string address)
    {
        var path = StoragePath.Parse(address);
        await using var stores = new ObjectStores();
        if (await stores.For(path).FindAsync(path) is null) return null;
        await using var content = await stores.For(path).OpenReadAsync(path);
        using var reader = new StreamReader(content);
        return await reader.ReadToEndAsync();
    }

    private void Set(string name, string value)
    {
        _before.Add(name, Environment.GetEnvironmentVariable(name));
        Environment.SetEnvironmentVariable(name, value);
    }
}
