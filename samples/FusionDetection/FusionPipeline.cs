using AnalysisRunner.Pipelines;

namespace FusionDetection;

/// <summary>What the pipeline gives for one sample.</summary>
/// <param name="Sample">The sample's name.</param>
/// <param name="Quantification">kallisto's <c>abundance</c>, <c>run</c> and <c>fusion</c>.</param>
/// <param name="Fusions">pizzly's <c>json</c> and <c>fasta</c>.</param>
internal sealed record SampleResult(string Sample, ResourceGroup Quantification, ResourceGroup Fusions);

/// <summary>BAM to FASTQ (Picard), FASTQ to read pairs across transcripts (kallisto), these to fusions (pizzly): three jobs for each sample.</summary>
internal static class FusionPipeline
{
    public static SampleResult Detect(Batch batch, string sample, ResourceFile bam, Reference reference, long insertSize)
    {
        var fastq = batch.NewJob($"picard {sample}");
        var reads = fastq.OutputGroup("reads", new() { ["first"] = "{root}_1.fastq", ["second"] = "{root}_2.fastq" });
        fastq.Command($"PicardCommandLine SamToFastq --QUIET true --VERBOSITY WARNING --INPUT {bam} --FASTQ {reads["first"]} --SECOND_END_FASTQ {reads["second"]}");

        var kallisto = batch.NewJob($"kallisto {sample}");
        var quantification = kallisto.OutputGroup("quant", new()
        {
            ["abundance"] = "{root}/abundance.tsv",
            ["run"] = "{root}/run_info.json",
            ["fusion"] = "{root}/fusion.txt",
        });
        kallisto.Command($"kallisto quant --fusion --index={reference.Index} --output-dir={quantification} {reads["first"]} {reads["second"]}");

        var pizzly = batch.NewJob($"pizzly {sample}");
        var fusions = pizzly.OutputGroup("fusions", new() { ["json"] = "{root}.json", ["fasta"] = "{root}.fusions.fasta" });
        pizzly.Command($"pizzly -k {reference.KmerLength} --gtf {reference.Annotation} --fasta {reference.Transcripts} --align-score 2 --insert-size {insertSize} --output {fusions} {quantification["fusion"]}");

        return new SampleResult(sample, quantification, fusions);
    }
}
