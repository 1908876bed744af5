namespace AnalysisRunner.EndToEnd.Tests.Fixtures;

/// <summary>A named pipe at which a driver stops until the test lets it go on. Reading it blocks until somebody writes: no polling, no sleeping.</summary>
internal sealed class DriverStop : IAsyncDisposable
{
    /// <summary>What the driver prints when it has reached the stop.</summary>
    public const string Reached = "driver waits";

    private readonly string _folder = Directory.CreateTempSubdirectory("stop ").FullName;

    private string Pipe => Path.Combine(_folder, "pipe");

    /// <summary>Puts the stop into the analysis: code that runs before its Main.</summary>
    public static async Task<DriverStop> AddToAsync(AnalysisRepository repository)
    {
        var stop = new DriverStop();
        await using (var mkfifo = Command.Start("mkfifo", [stop.Pipe], stop._folder, new Dictionary<string, string>()))
            (await mkfifo.EndAsync()).ShouldBe(0, mkfifo.Output);
        repository.Write("analysis/DriverStop.cs", $$"""
            internal static class DriverStop
            {
                [System.Runtime.CompilerServices.ModuleInitializer]
                internal static void Wait()
                {
                    System.Console.WriteLine("{{Reached}} in " + System.Environment.CurrentDirectory);
                    System.IO.File.ReadAllText("{{stop.Pipe}}");
                    System.Console.WriteLine("driver goes on");
                }
            }
            """);
        return stop;
    }

    /// <summary>Lets the driver that waits go on.</summary>
    public async Task OpenAsync() => await File.WriteAllTextAsync(Pipe, "go\n");

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }
}
