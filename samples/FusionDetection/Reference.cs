using AnalysisRunner.Pipelines;

namespace FusionDetection;

/// <summary>What all samples are compared with, made once for the whole batch.</summary>
internal sealed record Reference(ResourceFile Transcripts, ResourceFile Annotation, ResourceFile Index, long KmerLength)
{
    public static Reference Prepare(Batch batch, FusionConfig.FusionSection.ReferenceSection reference)
    {
        var unpack = batch.NewJob("unpack reference");
        unpack.Command($"gzip -dc {batch.ReadInput(reference.Transcripts)} > {unpack.Output("transcripts.fasta")}");
        unpack.Command($"gzip -dc {batch.ReadInput(reference.Annotation)} > {unpack.Output("annotation.gtf")}");

        var index = batch.NewJob("index transcripts");
        index.Command($"kallisto index --kmer-size={reference.KmerLength} --index={index.Output("transcripts.kidx")} {unpack["transcripts.fasta"]}");

        return new Reference(unpack["transcripts.fasta"], unpack["annotation.gtf"], index["transcripts.kidx"], reference.KmerLength);
    }
}
