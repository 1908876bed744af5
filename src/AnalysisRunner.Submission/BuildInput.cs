namespace AnalysisRunner.Submission;

/// <summary>A file that the build reads.</summary>
/// <param name="Path">Its full path.</param>
/// <param name="Kind">The item type or role, such as <c>Compile</c>.</param>
public sealed record BuildInput(string Path, string Kind)
{
    /// <summary>What a file is called that says how to build, rather than being built.</summary>
    public const string ProjectFileKind = "project file";

    /// <summary>Whether the build itself wrote it: it was no input before.</summary>
    public bool IsGenerated { get; init; }

    /// <summary>Whether it is an item of the project that is submitted or of a referenced one, and no project file.</summary>
    public bool IsSource => Kind != ProjectFileKind;
}
