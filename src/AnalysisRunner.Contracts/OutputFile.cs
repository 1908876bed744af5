namespace AnalysisRunner.Contracts;

/// <summary>
/// A file or folder that is delivered when its job has succeeded, and never before (hail-batch spec §1.6, <c>output_files</c>). It appears at its
/// destination as a whole; a job whose files cannot be delivered has failed.
/// </summary>
/// <param name="From">Where the job leaves it: a relative path with <c>/</c> below <c>BATCH_TMPDIR</c>; it may be an input file of the job.</param>
/// <param name="To">Where it goes: an absolute local path, whose folders are made, or a URL that the engine can write. The exact name, not a folder to put it in.</param>
public sealed record OutputFile(string From, string To);
