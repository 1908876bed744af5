namespace AnalysisRunner.Engines.Slurm;

/// <summary>A program of Slurm failed.</summary>
/// <param name="message">What it said.</param>
/// <param name="isTemporary">Whether the same may succeed later; of a submission it is then not known whether Slurm has it.</param>
internal sealed class SlurmCommandException(string message, bool isTemporary) : IOException(message)
{
    public bool IsTemporary { get; } = isTemporary;
}
