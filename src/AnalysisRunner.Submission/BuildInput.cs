namespace AnalysisRunner.Submission;

/// <summary>A file that the build reads.</summary>
/// <param name="Path">Its full path.</param>
/// <param name="Kind">The item type or role, such as <c>Compile</c>.</param>
public sealed record BuildInput(string Path, string Kind);
