using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using AnalysisRunner.Contracts;
using AnalysisRunner.Engines;
using AnalysisRunner.Engines.Local;
using AnalysisRunner.Server.Api;
using AnalysisRunner.Server.Code;
using AnalysisRunner.Server.Record;
using AnalysisRunner.Server.Runs;
using AnalysisRunner.Server.Security;
using AnalysisRunner.Server.Submissions;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace AnalysisRunner.Server.Hosting;

/// <summary>A local runner: everything it is made of, from the lock of its state folder to the file by which builds find it.</summary>
internal sealed class LocalRunnerServer : IAsyncDisposable
{
    private readonly StateLock _lock;
    private readonly WebApplication _app;
    private readonly RunnerLog _log;
    private readonly string _runnerFile;

    private LocalRunnerServer(StateLock taken, RunnerLog log, WebApplication app, LocalRunnerFile file, string stateFolder)
    {
        (_lock, _log, _app, File) = (taken, log, app, file);
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
        var opened = new Stack<object>();
        try
        {
            var taken = StateLock.Take(folders.Root);
            opened.Push(taken);
            var runnerLog = new RunnerLog(LogFile(folders.Root), options.Time);
            opened.Push(runnerLog);
            var mirrors = new RepositoryMirrors(folders.Mirrors, GitProcess.FindProgram());
            var socket = LoopbackSocket.Bind(folders.Root);
            opened.Push(socket);
            var address = new ServerAddress(LoopbackSocket.PortOf(socket));
            var log = await InvocationLog.OpenAsync(new InvocationLogOptions { SqliteFile = folders.Log, Time = options.Time, PageOf = address.PageOf });
            opened.Push(log);
            var reports = runnerLog.CreateLogger(nameof(LocalEngine));
            IBatchEngine engine = await LocalEngine.OpenAsync(
                new LocalEngineOptions
                {
                    Directory = folders.Engine,
                    PassedEnvironment = DriverBatch.PassedEnvironment,
                    Report = problem => reports.LogWarning("{Problem}", problem),
                },
                cancellation);
            opened.Push(engine);
            if (replaceEngine is not null) engine = replaceEngine(engine);

            var token = RandomText.Secret();
            var app = Build(options, folders, address, socket, runnerLog, token, mirrors, log, engine);
            opened.Push(app);
            await app.StartAsync(cancellation);
            var server = new LocalRunnerServer(
                taken, runnerLog, app, new LocalRunnerFile(address.Url, token, Environment.ProcessId, RunnerRoutes.Version), folders.Root);
            PrivateFile.Replace(server._runnerFile, JsonSerializer.Serialize(server.File, ContractsJson.Default.LocalRunnerFile));
            return server;
        }
        catch
        {
            while (opened.TryPop(out var part))
            {
                if (part is IAsyncDisposable later) await later.DisposeAsync();
                else ((IDisposable)part).Dispose();
            }
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
        // Engine and log after everything that uses them.
        var (engine, log) = (_app.Services.GetRequiredService<IBatchEngine>(), _app.Services.GetRequiredService<IInvocationLog>());
        await _app.DisposeAsync();
        await engine.DisposeAsync();
        await log.DisposeAsync();
        _log.Dispose();
        _lock.Dispose();
    }

    private static WebApplication Build(
        LocalRunnerOptions options,
        StateFolders folders,
        ServerAddress address,
        Socket socket,
        RunnerLog runnerLog,
        string token,
        IRepositoryMirrors mirrors,
        IInvocationLog log,
        IBatchEngine engine)
    {
        // Slim and without arguments: no settings file and no ASPNETCORE_ variable of whoever built takes part.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = folders.Root });
        builder.Logging.AddProvider(runnerLog);
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 1024 * 1024;
            kestrel.Limits.MaxRequestHeadersTotalSize = 32 * 1024;
            kestrel.Limits.MaxRequestHeaderCount = 100;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
            kestrel.Listen(new IPEndPoint(IPAddress.Loopback, address.Port));
        });
        builder.Services.Configure<SocketTransportOptions>(transport => transport.CreateBoundListenSocket = _ => socket);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(10));
        builder.Services.AddRoutingCore();

        var services = builder.Services;
        services.AddSingleton(options).AddSingleton(options.Time).AddSingleton(folders).AddSingleton(address);
        // Made here and disposed by the server in its own order, so the container, which disposes only what it makes, is given the instances.
        services.AddSingleton(mirrors).AddSingleton(log).AddSingleton(engine);
        services.AddSingleton<ServerActivity>().AddSingleton<SignIn>().AddSingleton<RequestGuard>().AddSingleton<ConfigComposition>();
        services.AddSingleton(new BearerTokens(token, options.UserName, folders));
        services.AddSingleton(provider => new RunPreparation(folders, provider.GetRequiredService<ConfigComposition>(), Programs.Dotnet()));
        services.AddSingleton(new CommitExamination(mirrors, Programs.IsOnPath));
        services.AddSingleton<BatchHandover>().AddSingleton<SubmitInvocation>().AddSingleton<Reading>();
        services.AddSingleton<InvocationRunner>().AddHostedService(provider => provider.GetRequiredService<InvocationRunner>());
        services.AddHostedService<IdleExit>();

        var app = builder.Build();
        RequestPipeline.Use(app);
        return app;
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
            _log.CreateLogger(nameof(LocalRunnerServer)).LogWarning(e, "{File} could not be removed.", _runnerFile);
        }
    }
}
