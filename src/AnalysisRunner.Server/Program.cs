using System.Text.Json;
using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Hosting;

// Before the first file is made.
Detachment.RestrictNewFiles();
try
{
    args = Failpoint.Arm(args, Environment.GetEnvironmentVariable);
    return args.Contains("--local") ? await RunLocallyAsync() : await ServeAsync();
}
catch (AnalysisRunnerException refusal)
{
    foreach (var problem in refusal.Problems) await Console.Error.WriteLineAsync(problem.ToString());
    return 2;
}

async Task<int> RunLocallyAsync()
{
    var options = LocalRunnerOptions.Parse(args, Environment.GetEnvironmentVariable);
    await using var server = await LocalRunnerServer.StartAsync(options);
    // Whoever started it learns where it is; the token only from the file, which its owner alone can read.
    Detachment.WriteLine(JsonSerializer.Serialize(new { url = server.File.Url, pid = server.File.Pid, version = server.File.Version }));
    Detachment.Leave(LocalRunnerServer.LogFile(options.StateFolder));
    await server.WaitForShutdownAsync();
    return 0;
}

async Task<int> ServeAsync()
{
    await using var server = await SharedServer.StartAsync(SharedServerOptions.Parse(args, Environment.GetEnvironmentVariable));
    await server.WaitForShutdownAsync();
    return 0;
}
