using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Code;
using AnalysisRunner.Toml;
using Layer = AnalysisRunner.Config.ConfigLayer;

namespace AnalysisRunner.Server.Submissions;

/// <summary>What the server found in its own mirror about a request that keeps the rules.</summary>
/// <param name="Commit">The commit; null for a command without a repository.</param>
/// <param name="Origin">The canonical URL of its repository; null when there is none.</param>
/// <param name="ScriptFile">The script's file in the commit; null for a project and for a program of the machine.</param>
/// <param name="IsLocked">Whether a lock file is committed beside the project.</param>
/// <param name="Layers">The user's config layers, without problems.</param>
internal sealed record CommittedSubmission(ResolvedCommit? Commit, RepositoryUrl? Origin, string? ScriptFile, bool IsLocked, IReadOnlyList<Layer> Layers);

/// <summary>Holds a request against the commit that it names; finds everything that is wrong at once.</summary>
/// <param name="mirrors">The server's own copies.</param>
/// <param name="isProgram">Whether a name is a program on the driver's PATH.</param>
internal sealed class CommitExamination(IRepositoryMirrors mirrors, Func<string, bool> isProgram)
{
    private const int MaximumLayer = 1024 * 1024;

    private readonly CodeResolution _resolution = new(mirrors);

    /// <summary>Examines a request that keeps <see cref="SubmissionRules"/>.</summary>
    /// <param name="request">The request.</param>
    /// <param name="source">Where its code comes from; null for a command without a repository.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="AnalysisRunnerException">Everything that is wrong.</exception>
    public async Task<CommittedSubmission> ExamineAsync(SubmissionRequest request, ICodeSource? source, CancellationToken cancellation)
    {
        var problems = new List<Problem>();
        if (source is null)
        {
            var own = await ReadLayersAsync(null, request.Config ?? [], problems, cancellation);
            return problems.Count > 0 ? throw new AnalysisRunnerException(problems) : new CommittedSubmission(null, null, null, false, own);
        }
        _ = AccessLevelNames.TryParse(request.AccessLevel, out var level);
        var resolved = await _resolution.ResolveAsync(source, cancellation);
        var commit = resolved.Commit;

        if (level.NeedsReviewedCode() && !resolved.DefaultBranch.ContainsCommit)
        {
            problems.Add(new Problem(
                PolicyCodes.NotOnDefaultBranch,
                $"Level '{level.ToName()}' runs reviewed code only, and commit '{commit.Short}' is not known to be on the default branch '{resolved.DefaultBranch.Name ?? "(none)"}'. {resolved.DefaultBranch.Reason} Merge it first, or use level 'test'.",
                "commit"));
        }

        var folder = WorkingDirectory(request);
        if (folder.Length > 0 && await FindAsync(resolved, folder, cancellation) is not { Kind: CommittedKind.Folder })
        {
            problems.Add(new Problem(
                PolicyCodes.WorkingDirectoryNotInCommit,
                $"Commit '{commit.Short}' has no folder {Quoted.Value(folder)}; commit it, or name another working directory.",
                "workingDirectory"));
        }

        var isLocked = false;
        string? scriptFile = null;
        if (request.Project is { } project)
        {
            if (await FindAsync(resolved, project, cancellation) is { Kind: CommittedKind.File })
            {
                var slash = project.LastIndexOf('/');
                isLocked = await FindAsync(resolved, project[..(slash + 1)] + "packages.lock.json", cancellation) is { Kind: CommittedKind.File };
            }
            else
            {
                problems.Add(new Problem(
                    PolicyCodes.CommandNotInCommit, $"Commit '{commit.Short}' has no project file {Quoted.Value(project)}; commit it and submit again.", "project"));
            }
        }
        else
        {
            scriptFile = await FindScriptAsync(resolved, folder, request.Script![0], problems, cancellation);
        }

        var layers = await ReadLayersAsync(resolved, request.Config ?? [], problems, cancellation);
        return problems.Count > 0 ? throw new AnalysisRunnerException(problems) : new CommittedSubmission(resolved, source.Origin, scriptFile, isLocked, layers);
    }

    /// <summary>The working directory of a request, with the root in its one form.</summary>
    public static string WorkingDirectory(SubmissionRequest request) => request.WorkingDirectory is null or "." ? "" : request.WorkingDirectory;

    private async Task<string?> FindScriptAsync(
        ResolvedCommit commit, string folder, string command, List<Problem> problems, CancellationToken cancellation)
    {
        var path = ScriptPath.Resolve(folder, command)!;
        if (await FindAsync(commit, path, cancellation) is { Kind: CommittedKind.File }) return path;
        if (!command.Contains('/') && isProgram(command)) return null;
        problems.Add(new Problem(
            PolicyCodes.CommandNotInCommit,
            command.Contains('/')
                ? $"Commit '{commit.Commit.Short}' has no file {Quoted.Value(path)}; commit the script and submit again."
                : $"{Quoted.Value(command)} is neither a file of commit '{commit.Commit.Short}' nor a program on the runner's PATH; commit the script, or install the program.",
            "script"));
        return null;
    }

    private async Task<IReadOnlyList<Layer>> ReadLayersAsync(
        ResolvedCommit? commit, IReadOnlyList<Contracts.ConfigLayer> requested, List<Problem> problems, CancellationToken cancellation)
    {
        var layers = new List<Layer>();
        foreach (var (path, content) in requested)
        {
            TomlDocument document;
            if (content is not null)
            {
                document = TomlDocument.Parse(content, path);
            }
            else if (commit is not null && await ReadAsync(commit, path, cancellation) is { } bytes)
            {
                document = TomlDocument.Parse(bytes, path);
            }
            else
            {
                problems.Add(new Problem(
                    PolicyCodes.ConfigLayerNotInCommit,
                    $"{(commit is null ? "The run has no commit, so it" : $"Commit '{commit.Commit.Short}'")} has no file {Quoted.Value(path)}; commit the config file, or send it as private.",
                    "config",
                    path));
                continue;
            }
            var layer = Layer.FromUser(path, document);
            problems.AddRange(ConfigComposition.Check(layer));
            layers.Add(layer);
        }
        return layers;
    }

    private async Task<CommittedEntry?> FindAsync(ResolvedCommit commit, string path, CancellationToken cancellation) =>
        RepositoryPath.TryParse(path, out var parsed, out _) ? await mirrors.FindAsync(commit, parsed, cancellation) : null;

    private async Task<byte[]?> ReadAsync(ResolvedCommit commit, string path, CancellationToken cancellation) =>
        RepositoryPath.TryParse(path, out var parsed, out _) ? await mirrors.ReadFileAsync(commit, parsed, MaximumLayer, cancellation) : null;
}
