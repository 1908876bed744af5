using System.Security.Cryptography;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Pipelines.Methods;

namespace AnalysisRunner.Pipelines.Hosting;

/// <summary>Where batches of this program go, and what they inherit from it.</summary>
internal abstract class BatchHost
{
    private static readonly Lazy<BatchHost> Process = new(() => For(Environment.GetEnvironmentVariable, ProgressDisplay.OfConsole()));

    private readonly string? _arGuid;
    private readonly IReadOnlyDictionary<string, string> _inherited;
    private readonly Dictionary<string, int> _orders = new(StringComparer.Ordinal);

    private protected BatchHost(Func<string, string?> environment, ProgressDisplay display)
    {
        Display = display;
        if (Given(environment, MethodCall.Variable) is not null)
        {
            throw new AnalysisRunnerException(PipelineCodes.MainRanInJob,
                "A job that runs a C# method came to Main, where it would submit its batch again. Build the program with AnalysisRunner.Sdk, which dispatches such jobs before Main.");
        }
        _arGuid = Given(environment, DriverEnvironment.ArGuid);
        var inherited = new Dictionary<string, string>(StringComparer.Ordinal);
        if (_arGuid is not null) inherited[DriverEnvironment.ArGuid] = _arGuid;
        if (Given(environment, DriverEnvironment.ConfigPath) is { } config) inherited[DriverEnvironment.ConfigPath] = Rooted(config);
        _inherited = inherited;
    }

    /// <summary>The host of this process: the server where the environment names one, otherwise an engine in the process.</summary>
    public static BatchHost Current => Process.Value;

    private protected ProgressDisplay Display { get; }

    /// <summary>Chooses the host that an environment asks for.</summary>
    public static BatchHost For(Func<string, string?> environment, ProgressDisplay display) =>
        Given(environment, DriverEnvironment.Url) is { } url ? new ServerHost(url, environment, display) : new LocalHost(environment, display);

    /// <summary>
    /// The position, from 1 on, of a new batch among those whose keys have the same name. Taken when a batch is created: batches may be run at the
    /// same time, in any order, and a driver that is started again must give them the same keys.
    /// </summary>
    public int NextOrder(string name)
    {
        lock (_orders)
        {
            var part = BatchComposer.KeyPart(name);
            return _orders[part] = _orders.GetValueOrDefault(part) + 1;
        }
    }

    /// <summary>Hands a checked batch over.</summary>
    public Task<BatchHandle> SubmitAsync(
        Batch batch, int before, IReadOnlyList<(ResourceFile File, string Destination)> outputs, CodeLine at, CancellationToken cancellation)
    {
        var name = BatchComposer.KeyPart(batch.Name);
        // A driver that is started again hands the same batches over, and the server knows them by their keys.
        var key = _arGuid is null
            ? $"{name}-{RandomNumberGenerator.GetHexString(12, lowercase: true)}"
            : batch.NextRun == 1 ? $"{_arGuid}-{batch.Order}-{name}" : $"{_arGuid}-{batch.Order}.{batch.NextRun}-{name}";
        return SubmitAsync(BatchComposer.Compose(batch, before, outputs, key, _arGuid, _inherited), batch.EngineSettings, at, cancellation);
    }

    /// <summary>Prints what is perhaps not meant.</summary>
    public void Warn(IEnumerable<Problem> warnings)
    {
        foreach (var warning in warnings) Display.WriteLine($"warning: {warning}");
    }

    /// <summary>Prints a plan.</summary>
    public void Show(BatchPlan plan) => Display.WriteLine(plan.ToString());

    /// <summary>Hands a batch over.</summary>
    /// <param name="spec">The batch.</param>
    /// <param name="settings">What the config that it was created with says about the engine of a program that runs alone; null without such a config.</param>
    /// <param name="at">The line that runs it.</param>
    /// <param name="cancellation">Gives up.</param>
    private protected abstract Task<BatchHandle> SubmitAsync(BatchSpec spec, ConfiguredEngine? settings, CodeLine at, CancellationToken cancellation);

    private protected static string? Given(Func<string, string?> environment, string name) =>
        environment(name) is { } value && !string.IsNullOrWhiteSpace(value) ? value.Trim() : null;

    /// <summary>Jobs run in another folder, so that relative paths of config files must not stay relative.</summary>
    private static string Rooted(string paths) => string.Join(',', paths.Split(',').Select(path =>
        path.Length == 0 || path.Contains("://", StringComparison.Ordinal) ? path : Path.GetFullPath(path)));
}
