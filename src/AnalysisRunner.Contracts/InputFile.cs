namespace AnalysisRunner.Contracts;

/// <summary>A file or folder that is brought to a job before its script starts (hail-batch spec §1.6, <c>input_files</c>).</summary>
/// <param name="From">Where it is: an absolute local path, or a URL that the engine can read, such as <c>gs://bucket/name</c>.</param>
/// <param name="To">
/// Where the job finds it: a relative path with <c>/</c> below <c>BATCH_TMPDIR</c>. Jobs of one batch may name the same place if they name the same
/// source: it is brought once.
/// </param>
public sealed record InputFile(string From, string To);
