using AnalysisRunner.Contracts;
using AnalysisRunner.Engines;
using AnalysisRunner.Server.Code;
using AnalysisRunner.Server.Record;
using AnalysisRunner.Server.Runs;
using AnalysisRunner.Server.Security;
using AnalysisRunner.Server.Settings;
using AnalysisRunner.Server.Stores;

namespace AnalysisRunner.Server.Hosting;

/// <summary>A server for many users, as <c>server.toml</c> describes it.</summary>
internal sealed class SharedServer : IAsyncDisposable
{
    private readonly OpenedParts _opened;
    private readonly WebApplication _app;

    private SharedServer(OpenedParts opened, WebApplication app, ServerAddress address) => (_opened, _app, Address) = (opened, app, address);

    /// <summary>Where it is reached.</summary>
    public ServerAddress Address { get; }

    /// <summary>The server's parts.</summary>
    public IServiceProvider Services => _app.Services;

    /// <summary>Starts a server; when this returns it listens and has taken up what was unfinished.</summary>
    /// <param name="options">How.</param>
    /// <param name="replaceEngine">Puts something around or in place of the engine; for tests.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="AnalysisRunnerException">Everything that is wrong with the settings; or what they name is not usable.</exception>
    public static async Task<SharedServer> StartAsync(
        SharedServerOptions options, Func<IBatchEngine, IBatchEngine>? replaceEngine = null, CancellationToken cancellation = default)
    {
        var settings = options.Settings.Read();
        var folders = new StateFolders(settings.Fixed.State) { ConfigStore = settings.Fixed.ConfigStore, StoragePattern = settings.Fixed.Storage };
        var opened = new OpenedParts();
        try
        {
            opened.Add(StateLock.Take(folders.Root));
            var log = opened.Add(new RunnerLog(options.Log, options.Time) { IsJson = settings.Fixed.LogsJson });
            foreach (var export in options.Telemetry?.Start() ?? []) opened.Add(export);
            var (stores, current) = (opened.Add(options.Stores()), new CurrentSettings(settings));
            await StoreStart.EnsureAsync(folders, stores, log.CreateLogger(nameof(StoreStart)), cancellation);
            var sockets = opened.Add(ListenSockets.Bind(options.Urls));
            var address = new ServerAddress(settings.Fixed.PublicUrl, sockets.Endpoints, driversAreElsewhere: settings.Fixed.Slurm is not null);
            var app = opened.Add(ServerApplication.Build(new ServerParts
            {
                Folders = folders,
                Sockets = sockets,
                Address = address,
                Settings = current,
                SettingsSource = options.Settings,
                Tokens = new BearerTokens(null, folders),
                Log = log,
                Telemetry = options.Telemetry,
                Mirrors = opened.Add(new RepositoryMirrors(folders.Mirrors, GitProcess.FindProgram(), options.Time)),
                InvocationLog = opened.Add(await InvocationLog.OpenAsync(
                    new InvocationLogOptions { Database = settings.Fixed.Database, SqliteFile = folders.Log, Server = ServerIdentity.Of(folders).Name, Time = options.Time, PageOf = address.PageOf })),
                Stores = stores,
                SecurityTokens = options.SecurityTokens,
                ServiceAccounts = options.ServiceAccounts,
                Engine = settings.Fixed.Slurm is { } slurm
                    ? await SlurmEngines.OpenAsync(slurm, folders, log, opened, stores, current, replaceEngine, cancellation)
                    : await LocalEngines.OpenAsync(folders, settings.Fixed.LocalEngine, log, opened, stores, current, replaceEngine, cancellation),
                Time = options.Time,
            }));
            await app.StartAsync(cancellation);
            foreach (var endpoint in sockets.Endpoints) app.Logger.LogInformation("Listening on http://{Endpoint} for {Url}.", endpoint, address.Url);
            return new SharedServer(opened, app, address);
        }
        catch
        {
            await opened.DisposeAsync();
            throw;
        }
    }

    /// <summary>Returns when the server has been told to end by a signal.</summary>
    public Task WaitForShutdownAsync() => _app.WaitForShutdownAsync();

    /// <summary>Ends the server; drivers and jobs go on.</summary>
    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _opened.DisposeAsync();
    }
}
