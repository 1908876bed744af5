using AnalysisRunner.Contracts;

using AnalysisRunner.Engines.Local;
using AnalysisRunner.Pipelines.Hosting;

namespace AnalysisRunner.Pipelines.Tests.HailFacts;

/// <summary>Batches that the real local engine runs in this process, and a folder for their inputs and outputs.</summary>
public abstract class LocalRun : IAsyncLifetime, IAsyncDisposable
{
    private readonly StringWriter _printed = new();
    private readonly LocalHost _host;

    protected LocalRun() => _host = new LocalHost(
        _ => null, new ProgressDisplay(_printed, null), new LocalEngineOptions { Directory = "", KillGrace = TimeSpan.FromSeconds(2), MilliCpu = 2000 });

    /// <summary>A folder whose name needs quoting.</summary>
    protected string Folder { get; } = Directory.CreateDirectory(Path.Combine(Directory.CreateTempSubdirectory("pipelines-tests-").FullName, "it's (here)")).FullName;

    /// <summary>What the host printed.</summary>
    protected string Printed => _printed.ToString();

    public Task InitializeAsync() => Task.CompletedTask;

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await _host.DisposeAsync();
        await _printed.DisposeAsync();
        Directory.Delete(Path.GetDirectoryName(Folder)!, recursive: true);
    }

    protected Batch NewBatch(string name = "facts") => Batch.Create(name, _host);

    protected string PathOf(string name) => Path.Combine(Folder, name);

    protected string Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(name))!);
        File.WriteAllText(PathOf(name), text);
        return PathOf(name);
    }

    protected string Read(string name) => File.ReadAllText(PathOf(name));

    protected bool Exists(string name) => Path.Exists(PathOf(name));

    /// <summary>Runs to the end, however that is.</summary>
    protected static async Task<BatchSummary> EndOfAsync(Batch batch) => await (await batch.RunAsync(wait: false)).WaitAsync();

    /// <summary>Runs to the end and tells how the jobs ended.</summary>
    private protected async Task<IReadOnlyList<JobSummary>> JobsOfAsync(Batch batch)
    {
        var handle = await batch.RunAsync(wait: false);
        await handle.WaitAsync();
        return await _host.Engine!.GetJobsAsync(handle.Key, 0, int.MaxValue, CancellationToken.None);
    }
}
