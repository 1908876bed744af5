using AnalysisRunner;
using AnalysisRunner.Pipelines;
using HelloBatch;

Console.WriteLine($"Built from commit {SourceRevision.Current.Commit}");

var name = args is ["--name-to-print", var given] ? given : "World";
var config = HelloConfig.Load();
var greeting = config.Hello.Greeting;

var batch = Batch.Create("hello", config);

// A file that a job writes is declared where it is written.
var first = batch.NewJob("first job");
first.Command($"echo {greeting}, {name} > {first.Output("out")}");

// Using the file of another job makes this one wait for it.
var second = batch.NewJob("second job");
second.Command($"cat {first["out"]}");

// The batch goes on without this program, so there is nothing to wait for.
await batch.RunAsync(wait: false);
