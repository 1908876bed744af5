using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Submission.Gate;
using AnalysisRunner.Submission.Git;

namespace AnalysisRunner.Submission;

/// <summary>What the build knows about its files.</summary>
public sealed record BuildFacts
{
    /// <summary>The files that the build reads.</summary>
    public IReadOnlyList<BuildInput> Inputs { get; init; } = [];

    /// <summary>The project files that are imported, wherever they lie; those below the work tree's root are inputs.</summary>
    public IReadOnlyList<string> Imports { get; init; } = [];

    /// <summary>The sources that were there before the build; null before it.</summary>
    public IReadOnlyList<string>? KnownBefore { get; init; }

    /// <summary>
    /// Folders whose files are not inputs of the user's: <c>obj</c>, the package folder, the SDKs. One that holds committed files is not taken for such a
    /// folder, whatever a property says.
    /// </summary>
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
        if (options.Revision is { Length: > 0 } revision && copy.Head is not null) copy = await workingCopy.ReadCommitAsync(copy, revision, cancellation).ConfigureAwait(false);
        var exempt = build.ExemptFolders.Where(folder => IsBuildOutput(folder, copy)).Select(Prefix).Distinct().ToList();
        var known = build.KnownBefore?.ToHashSet(GitStatus.PathComparer);
        var facts = new GateFacts
        {
            WorkingCopy = copy,
            Options = options,
            Inputs =
            [
                .. build.Inputs
                    .Concat(build.Imports.Where(file => copy.RelativePath(file) is not null).Select(file => new BuildInput(file, BuildInput.ProjectFileKind)))
                    .DistinctBy(input => input.Path, GitStatus.PathComparer)
                    .Where(input => IsInput(input, options, exempt))
                    .Select(input => input with { IsGenerated = known?.Contains(input.Path) == false && input.IsSource }),
            ],
            ConfigTexts = ReadConfig(options.Config),
            ExpectedCommit = build.ExpectedCommit,
            Assembly = build.AssemblyFile is null ? null : Read(build.AssemblyFile),
            TransientMergeRef = TransientMergeRef(),
        };
        Refuse(SubmissionGate.Judge(facts));
        if (options.IsLocal) return copy;

        // The rule that needs a network comes last, and asks the git remote only.
        var needsDefaultBranch = AccessLevelNames.TryParse(options.AccessLevel, out var level) && level.NeedsReviewedCode();
        var remote = await workingCopy.AskRemoteAsync(copy, copy.Head!.Value, needsDefaultBranch, cancellation).ConfigureAwait(false);
        Refuse(SubmissionGate.JudgeRemote(facts with { Remote = remote }));
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
        && !exempt.Any(folder => input.Path.StartsWith(folder, PathComparison));

    /// <summary>Whether the folder is one that a build fills: outside the work tree, or inside with nothing of it committed.</summary>
    private static bool IsBuildOutput(string folder, WorkingCopyFacts copy)
    {
        if (folder.Length == 0) return false;
        var prefix = Prefix(folder);
        if (Prefix(copy.Root).StartsWith(prefix, PathComparison) || Prefix(copy.VisibleRoot).StartsWith(prefix, PathComparison)) return false;
        return copy.RelativePath(prefix) is not { } relative
            || !copy.Index.Keys.Any(path => path.StartsWith(relative.TrimEnd('/') + "/", PathComparison));
    }

    private static string Prefix(string folder) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)) + Path.DirectorySeparatorChar;

    private static StringComparison PathComparison => OperatingSystem.IsLinux() ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase;

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

    /// <summary>The texts of the files that exist; one that does not is refused by the rule about config files.</summary>
    private static Dictionary<string, string> ReadConfig(IEnumerable<ConfigFile> files)
    {
        var texts = new Dictionary<string, string>();
        foreach (var file in files.Where(file => File.Exists(file.Path)))
        {
            try
            {
                texts[file.Path] = File.ReadAllText(file.Path);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                throw new AnalysisRunnerException(
                    [new Problem(SubmissionCodes.ConfigNotInCommit, $"The config file '{file.Path}' cannot be read: {exception.Message}", File: file.Path)], exception);
            }
        }
        return texts;
    }

    private string? TransientMergeRef()
    {
        if (environment("GITHUB_EVENT_NAME")?.StartsWith("pull_request", StringComparison.Ordinal) == true
            && environment("GITHUB_REF") is { } github && github.EndsWith("/merge", StringComparison.Ordinal))
        {
            return github;
        }
        if (environment("SYSTEM_PULLREQUEST_PULLREQUESTID") is not null && environment("BUILD_SOURCEBRANCH") is { } azure && azure.EndsWith("/merge", StringComparison.Ordinal))
            return azure;
        return environment("CI_MERGE_REQUEST_EVENT_TYPE") is "merged_result" or "merge_train" ? environment("CI_MERGE_REQUEST_REF_PATH") ?? "merged result" : null;
    }
}
