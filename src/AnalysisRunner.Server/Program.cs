using System.Text.Json;
using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Hosting;

// Before the first file is made.
Detachment.RestrictNewFiles();
try
{
    var options = LocalRunnerOptions.Parse(args, Environment.GetEnvironmentVariable);
    await using var server = await LocalRunnerServer.StartAsync(options);
    // Whoever started it learns where it is; the token only from the file, which its owner alone can read.
    Detachment.WriteLine(JsonSerializer.Serialize(new { url = server.File.Url, pid = server.File.Pid, version = server.File.Version }));
    Detachment.Leave(LocalRunnerServer.LogFile(options.StateFolder));
    await server.WaitForShutdownAsync();
    return 0;
}
catch (AnalysisRunnerException refusal)
{
    foreach (var problem in refusal.Problems) await Console.Error.WriteLineAsync(problem.ToString());
    return 2;
}
