using System.Globalization;
using AnalysisRunner.Pipelines;

namespace FusionDetection;

/// <summary>Makes the BAM file of a sample out of the example reads. Samples of one's own have theirs already, and skip this.</summary>
internal static class SamplePreparation
{
    private const int ReadLength = 50;
    private const int FragmentLength = 240;

    public static ResourceFile MakeBam(
        Batch batch, FusionConfig.FusionSection.ReadsSection reads, FusionConfig.FusionSection.SamplesTable sample, Reference reference)
    {
        ResourceFile[] planted = [];
        if (sample.Planted is [var left, var right])
        {
            var plant = batch.NewJob($"plant {sample.Name}");
            planted = [plant.Output("1.fastq"), plant.Output("2.fastq")];
            plant.Run(PlantFusion, reference.Transcripts, left, right, planted[0], planted[1]);
        }

        var (from, to) = ((4 * sample.Skip) + 1, 4 * (sample.Skip + sample.Pairs));
        var prepare = batch.NewJob($"prepare {sample.Name}");
        foreach (var (end, path) in new[] { (1, reads.First), (2, reads.Second) })
        {
            prepare.Command($"gzip -dc {batch.ReadInput(path)} | sed -n {$"{from},{to}p"} > {prepare.Output($"{end}.fastq")}");
            if (planted.Length > 0) prepare.Command($"cat {planted[end - 1]} >> {prepare.Output($"{end}.fastq")}");
        }
        prepare.Command($"samtools import -1 {prepare["1.fastq"]} -2 {prepare["2.fastq"]} -r ID:{sample.Name} -r SM:{sample.Name} -O bam -o {prepare.Output("reads.bam")}");
        return prepare["reads.bam"];
    }

    /// <summary>Writes pairs of reads from fragments across the point where the middle of one transcript goes over into that of another.</summary>
    /// <returns>The number of pairs.</returns>
    public static int PlantFusion(FileInfo transcripts, string left, string right, FileInfo first, FileInfo second)
    {
        var (before, after) = (Sequence(transcripts, left), Sequence(transcripts, right));
        var cut = before.Length / 2;
        var fused = before[..cut] + after[(after.Length / 3)..];
        using var firsts = first.CreateText();
        using var seconds = second.CreateText();
        // One read on each side: the point of fusion lies between them.
        var starts = Enumerable.Range(cut - FragmentLength + ReadLength + 10, FragmentLength - (2 * ReadLength) - 20).ToList();
        foreach (var start in starts)
        {
            Write(firsts, start, fused.Substring(start, ReadLength));
            Write(seconds, start, ReverseComplement(fused.Substring(start + FragmentLength - ReadLength, ReadLength)));
        }
        return starts.Count;

        static void Write(StreamWriter fastq, int start, string read) =>
            fastq.Write(string.Create(CultureInfo.InvariantCulture, $"@planted:{start}\n{read}\n+\n{new string('I', read.Length)}\n"));
    }

    private static string Sequence(FileInfo transcripts, string name)
    {
        var record = File.ReadLines(transcripts.FullName).SkipWhile(line => line != ">" + name).Skip(1).TakeWhile(line => !line.StartsWith('>'));
        return string.Concat(record) is { Length: > 0 } sequence ? sequence : throw new InvalidDataException($"\"{transcripts.Name}\" has no transcript \"{name}\".");
    }

    private static string ReverseComplement(string bases) =>
        string.Concat(bases.Reverse().Select(c => c switch { 'A' => 'T', 'C' => 'G', 'G' => 'C', 'T' => 'A', _ => 'N' }));
}
