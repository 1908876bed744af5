// Submits samples/HelloBatch of this checkout (which must be committed) again and again to a local runner of its own, and reads the times from the
// record. Usage: dotnet run -c Release --project bench/AnalysisRunner.SubmitLatency [runs]

using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using AnalysisRunner.Client;
using AnalysisRunner.Contracts;

var runs = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 5;
var root = Assembly.GetExecutingAssembly().GetCustomAttributes<AssemblyMetadataAttribute>().Single(item => item.Key == "RepositoryRoot").Value!;
var state = Directory.CreateTempSubdirectory("submit-latency-").FullName;
try
{
    for (var run = 0; run <= runs; run++) await BuildAsync("-t:Submit", "-p:Dataset=bench");

    var runner = JsonSerializer.Deserialize(
        await File.ReadAllBytesAsync(Path.Combine(state, LocalRunnerFile.FileName)), ContractsJson.Default.LocalRunnerFile)!;
    var api = new AnalysisRunnerApi(new Uri(runner.Url), _ => ValueTask.FromResult<string?>(runner.Token));
    var invocations = await api.ListInvocationsAsync(runs, CancellationToken.None);

    Console.WriteLine("milliseconds; request = the server received the submission; the first run, which starts the runner, is not counted");
    Console.WriteLine("| | minimum | median | maximum |");
    Console.WriteLine("|---|---|---|---|");
    Row("request to the end of the run (batch included)", invocation => invocation.FinishedAt!.Value - invocation.SubmittedAt);
    Row("build step", invocation => Step(invocation, "build").FinishedAt!.Value - Step(invocation, "build").StartedAt);
    Row("request to the start of the run step, build step excluded", invocation =>
        Step(invocation, "run").StartedAt - invocation.SubmittedAt - BuildTime(invocation));
    Row("request to the program's batch being accepted, build step excluded", invocation =>
        invocation.Batches[0].SubmittedAt - invocation.SubmittedAt - BuildTime(invocation));

    void Row(string name, Func<Invocation, TimeSpan> time)
    {
        var sorted = invocations.Select(invocation => time(invocation).TotalMilliseconds).Order().ToArray();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {sorted[0]:F0} | {sorted[sorted.Length / 2]:F0} | {sorted[^1]:F0} |"));
    }
}
finally
{
    await BuildAsync("-t:LocalRunnerStop", "-p:Force=true");
    Directory.Delete(state, recursive: true);
}

static InvocationStep Step(Invocation invocation, string name) => invocation.Steps.Single(step => step.Name == name);

static TimeSpan BuildTime(Invocation invocation) => Step(invocation, "build").FinishedAt!.Value - Step(invocation, "build").StartedAt;

async Task BuildAsync(params string[] arguments)
{
    var start = new ProcessStartInfo("dotnet", ["build", Path.Combine(root, "samples", "HelloBatch"), "-v:q", "-nodeReuse:false", .. arguments]);
    start.Environment[LocalRunnerFile.StateVariable] = state;
    using var build = Process.Start(start)!;
    await build.WaitForExitAsync();
    if (build.ExitCode != 0) throw new InvalidOperationException($"dotnet build exited {build.ExitCode}");
}
