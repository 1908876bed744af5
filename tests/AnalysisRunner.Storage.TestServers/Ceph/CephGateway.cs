using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Amazon.Runtime;
using Amazon.S3;

namespace AnalysisRunner.Storage.TestServers.Ceph;

/// <summary>
/// A real S3 engine: one Ceph monitor, one storage daemon with its objects in memory, and the RADOS gateway, as ordinary processes on loopback. Everything is in
/// a temporary folder and ends with this object.
/// </summary>
public sealed class CephGateway : IAsyncDisposable
{
    public const string AccessKey = "test";
    public const string SecretKey = "testsecret";
    public const string OtherAccessKey = "other";
    public const string OtherSecretKey = "othersecret";

    /// <summary>The name of a key that the engine encrypts with.</summary>
    public const string EncryptionKey = "key-of-tests";

    /// <summary>The programs that it needs; Debian has them in ceph-mon, ceph-osd, radosgw and ceph-common.</summary>
    public static IReadOnlyList<string> Programs { get; } = ["ceph-mon", "ceph-osd", "radosgw", "radosgw-admin", "ceph-authtool", "monmaptool", "ceph"];

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly string _folder;
    private readonly string _config;

    private CephGateway(string folder, int port)
    {
        _folder = folder;
        _config = Path.Combine(folder, "ceph.conf");
        Endpoint = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"));
    }

    public Uri Endpoint { get; }

    /// <summary>The processes, for whoever measures them.</summary>
    public IEnumerable<int> ProcessIds => Directory.EnumerateFiles(_folder, "*.pid").Select(file => File.ReadAllText(file).Trim('\0', '\n', ' '))
        .Where(text => text.Length > 0).Select(text => int.Parse(text, CultureInfo.InvariantCulture));

    /// <summary>Starts the engine and waits until it answers.</summary>
    /// <param name="capacity">How much its objects may take of this machine's memory, in bytes.</param>
    /// <param name="hasTokenService">Whether roles can be taken; then it tells a wrong secret from a missing right no longer.</param>
    public static async Task<CephGateway> StartAsync(long capacity = 4L * 1024 * 1024 * 1024, bool hasTokenService = false)
    {
        var (port, monitorPort) = (FreePort(), FreePort());
        var gateway = new CephGateway(Directory.CreateTempSubdirectory("ceph-").FullName, port);
        try
        {
            await gateway.StartAsync(port, monitorPort, capacity, hasTokenService);
            return gateway;
        }
        catch
        {
            await gateway.DisposeAsync();
            throw;
        }
    }

    /// <summary>A plain client, as somebody else would use.</summary>
    public AmazonS3Client CreateClient(string accessKey = AccessKey, string secretKey = SecretKey) => new(new BasicAWSCredentials(accessKey, secretKey), new AmazonS3Config
    {
        ServiceURL = Endpoint.ToString(),
        ForcePathStyle = true,
        AuthenticationRegion = "us-east-1",
        RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
        ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
    });

    /// <summary>The variables by which programs of AWS's kind find it and sign in.</summary>
    public Dictionary<string, string> Variables() => new()
    {
        ["AWS_ENDPOINT_URL_S3"] = Endpoint.ToString(),
        ["AWS_ACCESS_KEY_ID"] = AccessKey,
        ["AWS_SECRET_ACCESS_KEY"] = SecretKey,
    };

    public async Task CreateBucketAsync(string name)
    {
        using var client = CreateClient();
        await client.PutBucketAsync(name);
    }

    /// <summary>Makes a role that the user <c>test</c> may take; the answer is its ARN.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="policy">What it allows, as JSON.</param>
    public async Task<string> CreateRoleAsync(string name, string policy)
    {
        const string Trust = """{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": ["arn:aws:iam:::user/test"]}, "Action": ["sts:AssumeRole"]}]}""";
        await RunAsync("radosgw-admin", "-c", _config, "role", "create", $"--role-name={name}", "--path=/", $"--assume-role-policy-doc={Trust}");
        await RunAsync("radosgw-admin", "-c", _config, "role-policy", "put", $"--role-name={name}", "--policy-name=p", $"--policy-doc={policy}");
        return $"arn:aws:iam:::role/{name}";
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var id in ProcessIds) await ServerProcess.EndAsync(id);
        Directory.Delete(_folder, recursive: true);
    }

    private async Task StartAsync(int port, int monitorPort, long capacity, bool hasTokenService)
    {
        var cluster = Guid.NewGuid().ToString();
        await File.WriteAllTextAsync(_config, CephConfiguration.Text(_folder, cluster, port, monitorPort, capacity, hasTokenService));
        foreach (var folder in new[] { "mon", "osd", "rgw", "run" }) Directory.CreateDirectory(Path.Combine(_folder, folder));

        var keys = Path.Combine(_folder, "keyring");
        await RunAsync("ceph-authtool", "--create-keyring", keys, "--gen-key", "-n", "mon.", "--cap", "mon", "allow *");
        foreach (var name in new[] { "client.admin", "client.rgw", "osd.0" })
            await RunAsync("ceph-authtool", keys, "--gen-key", "-n", name, "--cap", "mon", name == "osd.0" ? "allow profile osd" : "allow *", "--cap", "osd", "allow *");
        var map = Path.Combine(_folder, "monmap");
        await RunAsync("monmaptool", "--create", "--addv", "a", string.Create(CultureInfo.InvariantCulture, $"[v2:127.0.0.1:{monitorPort}]"), "--fsid", cluster, map);
        await RunAsync("ceph-mon", "--mkfs", "-i", "a", "--monmap", map, "-c", _config, "--keyring", keys);
        await RunAsync("ceph-mon", "-i", "a", "-c", _config);

        var disk = Guid.NewGuid().ToString();
        await RunAsync("ceph", "-c", _config, "osd", "new", disk);
        await RunAsync("ceph-osd", "-i", "0", "-c", _config, "--mkfs", "--osd-uuid", disk);
        await RunAsync("ceph-osd", "-i", "0", "-c", _config);
        await RunAsync("radosgw", "-n", "client.rgw", "-c", _config);
        foreach (var (user, key, secret) in new[] { ("test", AccessKey, SecretKey), ("other", OtherAccessKey, OtherSecretKey) })
            await RunAsync("radosgw-admin", "-c", _config, "user", "create", $"--uid={user}", $"--display-name={user}", $"--access-key={key}", $"--secret-key={secret}");

        using var client = new HttpClient();
        using var patience = new CancellationTokenSource(Patience);
        while (!await AnswersAsync(client, patience.Token)) await Task.Delay(50, patience.Token);
    }

    private async Task<bool> AnswersAsync(HttpClient client, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await client.GetAsync(Endpoint, cancellationToken);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static Task RunAsync(string program, params string[] arguments) => ServerProcess.RunAsync(program, arguments, Patience);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
