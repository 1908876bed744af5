using AnalysisRunner.Contracts;
using AnalysisRunner.Submission.Gate;
using AnalysisRunner.Submission.Git;

namespace AnalysisRunner.Submission;

/// <summary>What the build knows about its files.</summary>
public sealed record BuildFacts
{
    /// <summary>The files that the build reads.</summary>
    public IReadOnlyList<BuildInput> Inputs { get; init; } = [];

    /// <summary>Folders whose files are not inputs of the user's: <c>obj</c>, the package folder, the SDKs.</summary>
    public IReadOnlyList<string> ExemptFolders { get; init; } = [];

    /// <summary>The built assembly; null before the build.</summary>
    public string? AssemblyFile { get; init; }

    /// <summary>The commit that the check before the build saw.</summary>
    public CommitId? ExpectedCommit { get; init; }
}

/// <summary>Gathers the facts and lets the gate judge them: before the build, for an early refusal, and again before anything is sent.</summary>
public sealed class WorkingCopyCheck(IWorkingCopy workingCopy, Func<string, string?> environment)
{
    /// <summary>Judges; returns what was read when nothing stands against the submission.</summary>
    /// <exception cref="AnalysisRunnerException">Every rule that is violated, most basic first.</exception>
    public async Task<WorkingCopyFacts> RunAsync(SubmissionOptions options, BuildFacts build, CancellationToken cancellation)
    {
        var copy = await workingCopy.ReadAsync(cancellation).ConfigureAwait(false);
        var facts = new GateFacts
        {
            WorkingCopy = copy,
            Options = options,
            Inputs = [.. build.Inputs.Where(input => IsInput(input, options, build.ExemptFolders))],
            ExpectedCommit = build.ExpectedCommit,
            Assembly = build.AssemblyFile is null ? null : Read(build.AssemblyFile),
            TransientMergeRef = TransientMergeRef(),
        };
        Refuse(SubmissionGate.Judge(facts));
        if (options.IsLocal) return copy;

        // The rule that needs a network comes last, and asks the git remote only.
        Refuse(SubmissionGate.JudgeRemote(facts with { Remote = await workingCopy.AskRemoteAsync(copy, copy.Head!.Value, cancellation).ConfigureAwait(false) }));
        return copy;
    }

    private static void Refuse(IReadOnlyList<Problem> problems)
    {
        if (problems.Count > 0) throw new AnalysisRunnerException(problems);
    }

    private static bool IsInput(BuildInput input, SubmissionOptions options, IReadOnlyList<string> exempt) =>
        File.Exists(input.Path)
        // Settings of one person's IDE, which every .gitignore names; a clean checkout never has them.
        && !input.Path.EndsWith(".user", StringComparison.OrdinalIgnoreCase)
        // Config files have a rule of their own.
        && !options.Config.Any(config => GitStatus.PathComparer.Equals(config.Path, input.Path))
        && !exempt.Any(folder => IsBelow(folder, input.Path));

    private static bool IsBelow(string folder, string path)
    {
        if (folder.Length == 0) return false;
        var prefix = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)) + Path.DirectorySeparatorChar;
        return path.StartsWith(prefix, OperatingSystem.IsLinux() ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase);
    }

    private static BuiltAssembly Read(string path)
    {
        try
        {
            return new BuiltAssembly(path, AssemblyStamp.ReadCommit(path));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or BadImageFormatException)
        {
            return new BuiltAssembly(path, null, exception.Message);
        }
    }

    private string? TransientMergeRef()
    {
        if (environment("GITHUB_EVENT_NAME")?.StartsWith("pull_request", StringComparison.Ordinal) == true
            && environment("GITHUB_REF") is { } github && github.EndsWith("/merge", StringComparison.Ordinal))
        {
            return github;
        }
        return environment("CI_MERGE_REQUEST_EVENT_TYPE") is "merged_result" or "merge_train" ? environment("CI_MERGE_REQUEST_REF_PATH") ?? "merged result" : null;
    }
}
