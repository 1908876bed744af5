using System.Text.Json;
using AnalysisRunner.Contracts;
using AnalysisRunner.Engines;
using AnalysisRunner.Server.Api;
using AnalysisRunner.Server.Code;
using AnalysisRunner.Server.Record;
using AnalysisRunner.Server.Runs;
using AnalysisRunner.Server.Security;
using AnalysisRunner.Server.Settings;
using AnalysisRunner.Storage;

namespace AnalysisRunner.Server.Hosting;

/// <summary>A local runner: a server for one user, from the lock of its state folder to the file by which builds find it.</summary>
internal sealed class LocalRunnerServer : IAsyncDisposable
{
    private readonly OpenedParts _opened;
    private readonly WebApplication _app;
    private readonly string _runnerFile;

    private LocalRunnerServer(OpenedParts opened, WebApplication app, LocalRunnerFile file, string stateFolder)
    {
        (_opened, _app, File) = (opened, app, file);
        _runnerFile = Path.Combine(stateFolder, LocalRunnerFile.FileName);
    }

    /// <summary>How to reach the server.</summary>
    public LocalRunnerFile File { get; }

    /// <summary>The server's parts.</summary>
    public IServiceProvider Services => _app.Services;

    /// <summary>The server's own log in a state folder.</summary>
    public static string LogFile(string stateFolder) => Path.Combine(stateFolder, "runner.log");

    /// <summary>Starts a server; when this returns it listens, has taken up what was unfinished, and can be found.</summary>
    /// <param name="options">How.</param>
    /// <param name="replaceEngine">Puts something around or in place of the engine; for tests.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="AnalysisRunnerException">The state folder or a program that is needed is not usable.</exception>
    public static async Task<LocalRunnerServer> StartAsync(
        LocalRunnerOptions options, Func<IBatchEngine, IBatchEngine>? replaceEngine = null, CancellationToken cancellation = default)
    {
        var folders = new StateFolders(options.StateFolder);
        var opened = new OpenedParts();
        try
        {
            opened.Add(StateLock.Take(folders.Root));
            var runnerLog = opened.Add(RunnerLog.Open(LogFile(folders.Root), options.Time));
            var mirrors = opened.Add(new RepositoryMirrors(folders.Mirrors, GitProcess.FindProgram(), options.Time));
            var sockets = opened.Add(new ListenSockets(LoopbackSocket.Bind(folders.Root)));
            var address = new ServerAddress($"http://{sockets.Endpoints[0]}", sockets.Endpoints);
            var token = RandomText.Secret();
            var (stores, current) = (opened.Add(new ObjectStores()), new CurrentSettings(LocalSettings.Create(folders.Root, address.Url, options.UserName)));
            var app = opened.Add(ServerApplication.Build(new ServerParts
            {
                Folders = folders,
                Sockets = sockets,
                Address = address,
                Settings = current,
                Tokens = new BearerTokens((token, options.UserName), folders),
                Log = runnerLog,
                Mirrors = mirrors,
                InvocationLog = opened.Add(await InvocationLog.OpenAsync(
                    new InvocationLogOptions { SqliteFile = folders.Log, Time = options.Time, PageOf = address.PageOf })),
                Stores = stores,
                Engine = await LocalEngines.OpenAsync(
                    folders, LocalEngineReader.ReadFile(Path.Combine(folders.Root, LocalEngineReader.FileName)), runnerLog, opened, stores, current, replaceEngine, cancellation),
                IdleLimit = options.IdleLimit,
                Time = options.Time,
            }));
            await app.StartAsync(cancellation);
            var server = new LocalRunnerServer(opened, app, new LocalRunnerFile(address.Url, token, Environment.ProcessId, RunnerRoutes.Version), folders.Root);
            PrivateFile.Replace(server._runnerFile, JsonSerializer.Serialize(server.File, ContractsJson.Default.LocalRunnerFile));
            return server;
        }
        catch
        {
            await opened.DisposeAsync();
            throw;
        }
    }

    /// <summary>Returns when the server has been told to end, from inside or by a signal.</summary>
    public Task WaitForShutdownAsync() => _app.WaitForShutdownAsync();

    /// <summary>Ends the server; drivers and jobs go on.</summary>
    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        RemoveOwnFile();
        await _opened.DisposeAsync();
    }

    private void RemoveOwnFile()
    {
        try
        {
            var found = JsonSerializer.Deserialize(System.IO.File.ReadAllBytes(_runnerFile), ContractsJson.Default.LocalRunnerFile);
            if (found?.Token == File.Token) System.IO.File.Delete(_runnerFile);
        }
        catch (Exception e) when (e is IOException or JsonException or UnauthorizedAccessException)
        {
            Services.GetRequiredService<ILogger<LocalRunnerServer>>().LogWarning(e, "{File} could not be removed.", _runnerFile);
        }
    }
}
