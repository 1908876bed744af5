using System.Security.Cryptography;
using AnalysisRunner.Contracts;

namespace AnalysisRunner.Pipelines.Hosting;

/// <summary>Where batches of this program go, and what they inherit from it.</summary>
internal abstract class BatchHost
{
    private static readonly Lazy<BatchHost> Process = new(() => For(Environment.GetEnvironmentVariable, Console.Out));

    private readonly string? _arGuid;
    private readonly IReadOnlyDictionary<string, string> _inherited;
    private int _order;

    private protected BatchHost(Func<string, string?> environment)
    {
        _arGuid = Given(environment, DriverEnvironment.ArGuid);
        var inherited = new Dictionary<string, string>(StringComparer.Ordinal);
        if (_arGuid is not null) inherited[DriverEnvironment.ArGuid] = _arGuid;
        if (Given(environment, DriverEnvironment.ConfigPath) is { } config) inherited[DriverEnvironment.ConfigPath] = Rooted(config);
        _inherited = inherited;
    }

    /// <summary>The host of this process: the server where the environment names one, otherwise an engine in the process.</summary>
    public static BatchHost Current => Process.Value;

    /// <summary>Chooses the host that an environment asks for.</summary>
    public static BatchHost For(Func<string, string?> environment, TextWriter output) =>
        Given(environment, DriverEnvironment.Url) is { } url ? new ServerHost(url, environment, output) : new LocalHost(environment, output);

    /// <summary>Hands a checked batch over.</summary>
    public Task<BatchHandle> SubmitAsync(Batch batch, IReadOnlyDictionary<string, string> attributes, CancellationToken cancellation)
    {
        var order = Interlocked.Increment(ref _order);
        var name = BatchComposer.KeyPart(batch.Name);
        // A driver that is started again hands the same batches over in the same order, and the server knows them by their keys.
        var key = _arGuid is null ? $"{name}-{RandomNumberGenerator.GetHexString(12, lowercase: true)}" : $"{_arGuid}-{order}-{name}";
        return SubmitAsync(BatchComposer.Compose(batch, key, attributes, _arGuid, _inherited), cancellation);
    }

    private protected abstract Task<BatchHandle> SubmitAsync(BatchSpec spec, CancellationToken cancellation);

    private protected static string? Given(Func<string, string?> environment, string name) =>
        environment(name) is { } value && !string.IsNullOrWhiteSpace(value) ? value.Trim() : null;

    /// <summary>Jobs run in another folder, so that relative paths of config files must not stay relative.</summary>
    private static string Rooted(string paths) => string.Join(',', paths.Split(',').Select(path =>
        path.Length == 0 || path.Contains("://", StringComparison.Ordinal) ? path : Path.GetFullPath(path)));
}
