using AnalysisRunner.Pipelines;
using FusionDetection;

var run = AnalysisConfig.Load();
var fusion = FusionConfig.Load().Fusion;

var batch = Batch.Create("fusion detection", run);
batch.Defaults.Memory("1Gi").Timeout(TimeSpan.FromMinutes(30));

var reference = Reference.Prepare(batch, fusion.Reference);
List<SampleResult> results = [];
foreach (var sample in fusion.Samples)
{
    var bam = SamplePreparation.MakeBam(batch, fusion.Reads, sample, reference);
    results.Add(FusionPipeline.Detect(batch, sample.Name, bam, reference, fusion.InsertSize));
}

foreach (var result in results)
{
    batch.WriteOutput(result.Quantification, run.OutputPath($"{result.Sample}/quant"));
    batch.WriteOutput(result.Fusions, run.OutputPath($"{result.Sample}/fusions"));
}

// A job in C#: it fails the run when the results contradict each other.
var report = batch.NewJob("report").Run(Report.Summarise,
    results.Select(result => result.Sample).ToArray(),
    results.Select(result => result.Quantification["run"]),
    results.Select(result => result.Quantification["abundance"]),
    results.Select(result => result.Fusions["json"]));
batch.WriteOutput(report, run.OutputPath("report.json"));

await batch.RunAsync(wait: false);
