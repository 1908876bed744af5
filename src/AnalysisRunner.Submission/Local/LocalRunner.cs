using System.Diagnostics;
using System.Text.Json;
using AnalysisRunner.Client;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Submission.Local;

/// <summary>A local runner that answers.</summary>
/// <param name="File">How to reach it.</param>
/// <param name="Version">What it says of itself.</param>
public sealed record RunningRunner(LocalRunnerFile File, ServerVersion Version);

/// <summary>Finds the one local runner of a state folder, starts it where there is none, and ends it.</summary>
/// <param name="state">The state folder.</param>
/// <param name="serverFolder">The bundled server; needed to start one.</param>
/// <param name="dotnetHost">The <c>dotnet</c> program.</param>
/// <param name="version">The version of the bundled server.</param>
/// <param name="connect">Makes a client from a base URL and a token.</param>
public sealed class LocalRunner(
    StateFolder state, string serverFolder, string dotnetHost, string version, Func<Uri, string, IAnalysisRunnerApi> connect)
{
    private static readonly TimeSpan ProbeLimit = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(60);

    private readonly StartRecord _record = new(state);
    private readonly StopMark _stopped = new(state);

    /// <summary>The state folder.</summary>
    public StateFolder State { get; } = state;

    /// <summary>The user's own local runner.</summary>
    /// <param name="serverFolder">The bundled server.</param>
    /// <param name="dotnetHost">The <c>dotnet</c> program, when it is known.</param>
    /// <exception cref="AnalysisRunnerException">AR1010: the state folder's name is not usable. AR1011: there is no <c>dotnet</c>.</exception>
    public static LocalRunner OfUser(string serverFolder, string? dotnetHost) => new(
        StateFolder.OfUser(Environment.GetEnvironmentVariable),
        Path.GetFullPath(serverFolder),
        DotNetHost.Find(dotnetHost),
        ProductVersion.Current,
        (url, token) => new AnalysisRunnerApi(url, _ => ValueTask.FromResult<string?>(token)));

    /// <summary>A client for a runner that was found.</summary>
    public IAnalysisRunnerApi Connect(RunningRunner runner)
    {
        ArgumentNullException.ThrowIfNull(runner);
        return connect(new Uri(runner.File.Url), runner.File.Token);
    }

    /// <summary>Finds the runner, or starts it. Builds that do so at once get the same one.</summary>
    /// <exception cref="AnalysisRunnerException">
    /// AR1010: the state folder is not usable. AR1011: the runner did not start. AR1012: one of another version is at work.
    /// </exception>
    public async Task<RunningRunner> FindOrStartAsync(CancellationToken cancellation)
    {
        State.Create();
        if (await FindAsync(cancellation).ConfigureAwait(false) is { } found && Judge(found) == Fitness.Good) return found;

        using var taken = await StartLock.TakeAsync(State, StartLimit + EndLimit, cancellation).ConfigureAwait(false);
        if (await FindAsync(cancellation).ConfigureAwait(false) is { } running)
        {
            var fitness = Judge(running);
            if (fitness == Fitness.Good) return running;
            if (!await TryEndAsync(running, fitness, cancellation).ConfigureAwait(false)) return running;
        }
        return await StartAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Finds the runner again, or its successor, or starts one: for a build that was connected to it.</summary>
    /// <param name="lost">The runner that does not answer any more.</param>
    /// <param name="cancellation">Stops looking.</param>
    /// <exception cref="AnalysisRunnerException">AR1051: it was ended by force, which is final. Otherwise as <see cref="FindOrStartAsync"/>.</exception>
    public Task<RunningRunner> FindAgainAsync(RunningRunner lost, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(lost);
        return _stopped.Names(lost.File)
            ? throw new AnalysisRunnerException(BuildCodes.LocalRunnerStopped, $"The local runner (process {lost.File.Pid}) was ended by 'LocalRunnerStop -p:Force=true'.")
            : FindOrStartAsync(cancellation);
    }

    /// <summary>Finds the runner; null when none runs.</summary>
    /// <exception cref="AnalysisRunnerException">AR1011: a runner is there and does not answer.</exception>
    public async Task<RunningRunner?> FindAsync(CancellationToken cancellation)
    {
        if (ReadFile() is not { } file) return null;
        var api = connect(new Uri(file.Url), file.Token);
        using var owned = api as IDisposable;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(ProbeLimit);
        try
        {
            var found = await api.GetVersionAsync(limit.Token).ConfigureAwait(false);
            return found.Local ? new RunningRunner(file, found) : null;
        }
        catch (AnalysisRunnerException)
        {
            // Nobody listens, or somebody else does, whom our token means nothing to: the file was left by a runner that died.
            return null;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested && IsAlive(file.Pid))
        {
            throw new AnalysisRunnerException(
                BuildCodes.LocalRunnerDidNotStart,
                $"The local runner (process {file.Pid}) has not answered for {ProbeLimit.TotalSeconds:0} s. See its log in '{State.Path}'; if it hangs, end that process.");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>Ends the runner and waits until its process is gone; false when none runs.</summary>
    /// <param name="force">End it although runs are going.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <exception cref="AnalysisRunnerException">AR6003: runs are going. AR1012: it did not end.</exception>
    public async Task<bool> StopAsync(bool force, CancellationToken cancellation)
    {
        if (!File.Exists(State.RunnerFile)) return false;
        using var taken = await StartLock.TakeAsync(State, StartLimit + EndLimit, cancellation).ConfigureAwait(false);
        if (await FindAsync(cancellation).ConfigureAwait(false) is not { } runner) return false;
        if (force) _stopped.Set(runner.File);
        try
        {
            await EndAsync(runner, force, cancellation).ConfigureAwait(false);
            return true;
        }
        catch when (force)
        {
            _stopped.Clear();
            throw;
        }
    }

    /// <summary>Tells the user whether it runs, where, and how to sign in to its pages; starts nothing.</summary>
    public async Task ReportAsync(ISubmissionOutput output, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (await FindAsync(cancellation).ConfigureAwait(false) is not { } runner)
        {
            output.WriteLine($"No local runner is running (state folder '{State.Path}').");
            return;
        }
        var api = Connect(runner);
        using var owned = api as IDisposable;
        var link = await api.CreateSignInLinkAsync(cancellation).ConfigureAwait(false);
        output.WriteLine($"Local runner at {TerminalText.OneLine(runner.File.Url)}, process {runner.File.Pid}, version {TerminalText.OneLine(runner.Version.Version)}, {(runner.Version.Idle == true ? "idle" : "at work")}.");
        output.WriteLine($"State folder: {State.Path}");
        output.WriteLine($"Sign in (once, until {link.ExpiresAt.ToLocalTime():HH:mm:ss}): {TerminalText.OneLine(link.Url)}");
    }

    private enum Fitness
    {
        Good,

        // It would do, but is not what would be started now.
        Outdated,
        Incompatible,
    }

    private Fitness Judge(RunningRunner runner)
    {
        if (runner.Version.Api != ServerVersion.ApiLevel) return Fitness.Incompatible;
        if (IsOlder(runner.Version.Version, version)) return Fitness.Outdated;
        // A server that was built again where it is developed keeps its version.
        return Core(runner.Version.Version) == Core(version) && _record.IsRebuilt(runner.File.Pid, serverFolder) ? Fitness.Outdated : Fitness.Good;
    }

    private static bool IsOlder(string found, string own) =>
        Version.TryParse(Core(found), out var a) && Version.TryParse(Core(own), out var b) && a < b;

    private static string Core(string version) => version.Split('-', '+')[0];

    /// <summary>Makes room for the bundled server; false when the one that runs is at work and will do.</summary>
    private async Task<bool> TryEndAsync(RunningRunner runner, Fitness fitness, CancellationToken cancellation)
    {
        try
        {
            if (runner.Version.Idle == true)
            {
                await EndAsync(runner, force: false, cancellation).ConfigureAwait(false);
                return true;
            }
        }
        catch (AnalysisRunnerException exception) when (exception.Problems[0].Code == PolicyCodes.Busy)
        {
            // A run came in between.
        }
        if (fitness == Fitness.Outdated) return false;
        throw new AnalysisRunnerException(
            BuildCodes.LocalRunnerIncompatible,
            $"The local runner (process {runner.File.Pid}) is version '{runner.Version.Version}', which this SDK ('{version}') does not understand, and it is at work. Wait until its runs have ended, or end it with 'dotnet build -t:LocalRunnerStop -p:Force=true'.");
    }

    private async Task EndAsync(RunningRunner runner, bool force, CancellationToken cancellation)
    {
        var api = Connect(runner);
        using var owned = api as IDisposable;
        await api.ShutDownAsync(force, cancellation).ConfigureAwait(false);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(EndLimit);
        try
        {
            using var process = Process.GetProcessById(runner.File.Pid);
            await process.WaitForExitAsync(limit.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException)
        {
            // It is gone already.
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new AnalysisRunnerException(
                BuildCodes.LocalRunnerIncompatible, $"The local runner (process {runner.File.Pid}) was told to end and has not within {EndLimit.TotalSeconds:0} s. End that process.");
        }
    }

    private async Task<RunningRunner> StartAsync(CancellationToken cancellation)
    {
        var copy = ServerCopy.Ensure(serverFolder, State);
        var (pid, error) = await ServerProcess.StartAsync(dotnetHost, copy, State, StartLimit, cancellation).ConfigureAwait(false);
        var started = await FindAsync(cancellation).ConfigureAwait(false)
            ?? throw ServerProcess.Failed($"process {pid} ended at once. {ServerProcess.LastWords(error)}");
        _record.Write(started.File.Pid, copy, serverFolder);
        ServerCopy.RemoveOthers(State, copy);
        return started;
    }

    private LocalRunnerFile? ReadFile()
    {
        try
        {
            var file = JsonSerializer.Deserialize(File.ReadAllBytes(State.RunnerFile), ContractsJson.Default.LocalRunnerFile);
            // The token goes to this machine only, whatever the file says.
            return file is not null && Uri.TryCreate(file.Url, UriKind.Absolute, out var url) && url is { Scheme: "http", IsLoopback: true } ? file : null;
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException or JsonException)
        {
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new AnalysisRunnerException(
                BuildCodes.StateFolderNotWritable, $"'{State.RunnerFile}' cannot be read: {exception.Message} It belongs to you and to nobody else; make it readable, or remove it.", exception);
        }
    }

    private static bool IsAlive(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            return !process.HasExited;
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException)
        {
            return false;
        }
    }
}
