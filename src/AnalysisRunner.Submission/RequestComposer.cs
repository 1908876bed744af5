using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Submission.Git;

namespace AnalysisRunner.Submission;

/// <summary>Turns checked options and a clean work tree into the request.</summary>
internal static class RequestComposer
{
    private const int LongestDescription = 10_000;

    public static SubmissionRequest Compose(SubmissionOptions options, WorkingCopyFacts copy)
    {
        var folder = Relative(copy, options.RunFolder);
        var script = Words(options.Script);
        var description = string.IsNullOrWhiteSpace(options.Description) ? copy.Subject : options.Description;
        return new SubmissionRequest
        {
            Dataset = options.Dataset,
            AccessLevel = options.AccessLevel,
            Description = description.Length <= LongestDescription ? description : description[..LongestDescription],
            OutputPrefix = NullIfEmpty(options.OutputPrefix),
            Repository = copy.Repository?.ToString(),
            WorkTree = options.IsLocal ? copy.Root : null,
            Commit = copy.Head!.Value.ToString(),
            Branch = copy.Branch,
            WorkingDirectory = folder == "." ? null : folder,
            Project = script is null ? Relative(copy, options.ProjectFile!) : null,
            Configuration = script is null ? NullIfEmpty(options.Configuration) : null,
            Script = script is null ? null : [.. script, .. Words(options.Arguments) ?? []],
            Arguments = script is null ? Words(options.Arguments) : null,
            Image = NullIfEmpty(options.Image),
            Cpu = NullIfEmpty(options.Cpu),
            Memory = NullIfEmpty(options.Memory),
            Storage = NullIfEmpty(options.Storage),
            Preemptible = bool.TryParse(options.Preemptible, out var preemptible) ? preemptible : null,
            Environment = options.Environment.Count == 0 ? null : options.Environment,
            Config = options.Config.Count == 0 ? null : [.. options.Config.Select(file => Layer(copy, file))],
            Client = options.Client,
        };
    }

    private static ConfigLayer Layer(WorkingCopyFacts copy, ConfigFile file)
    {
        var relative = copy.RelativePath(file.Path);
        // A private file's place outside the repository is nobody's business: only its name is sent.
        return relative is not null && copy.Holds(relative)
            ? new ConfigLayer(relative)
            : new ConfigLayer(relative ?? Path.GetFileName(file.Path), ReadText(file.Path));
    }

    private static string ReadText(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new AnalysisRunnerException(
                [new Problem(SubmissionCodes.ConfigNotInCommit, $"The config file '{path}' cannot be read: {exception.Message}", File: path)], exception);
        }
    }

    private static string Relative(WorkingCopyFacts copy, string path) =>
        copy.RelativePath(path) ?? throw new AnalysisRunnerException(
            SubmissionCodes.InputNotInCommit, $"'{path}' lies outside the repository '{copy.VisibleRoot}', so the run would not have it.");

    private static IReadOnlyList<string>? Words(string? text) =>
        string.IsNullOrWhiteSpace(text) || !ShellWords.TryParse(text, out var words, out _) ? null : words;

    private static string? NullIfEmpty(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;
}
