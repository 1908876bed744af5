using AnalysisRunner.Contracts;
using AnalysisRunner.Submission.Git;

namespace AnalysisRunner.Submission.Gate;

/// <summary>Everything that the rules judge, gathered before the first of them runs.</summary>
public sealed record GateFacts
{
    /// <summary>The work tree.</summary>
    public required WorkingCopyFacts WorkingCopy { get; init; }

    /// <summary>What the user asked for.</summary>
    public required SubmissionOptions Options { get; init; }

    /// <summary>The files that the build reads and that exist, without those below folders that the build itself fills.</summary>
    public IReadOnlyList<BuildInput> Inputs { get; init; } = [];

    /// <summary>The texts of the config files that can be read, by path.</summary>
    public IReadOnlyDictionary<string, string> ConfigTexts { get; init; } = new Dictionary<string, string>();

    /// <summary>The commit that the check before the build saw; null in that check itself.</summary>
    public CommitId? ExpectedCommit { get; init; }

    /// <summary>What the built assembly says of itself; null before the build.</summary>
    public BuiltAssembly? Assembly { get; init; }

    /// <summary>What the remote said; null before it was asked, and for the local runner.</summary>
    public RemoteFacts? Remote { get; init; }

    /// <summary>The name of the CI event whose temporary merge commit is checked out, such as <c>refs/pull/7/merge</c>; null otherwise.</summary>
    public string? TransientMergeRef { get; init; }
}

/// <summary>A built assembly.</summary>
/// <param name="Path">Its full path.</param>
/// <param name="Stamp">The commit in its stamp; null when it has none.</param>
/// <param name="Fault">Why it could not be read; null when it could.</param>
public sealed record BuiltAssembly(string Path, CommitId? Stamp, string? Fault = null);
