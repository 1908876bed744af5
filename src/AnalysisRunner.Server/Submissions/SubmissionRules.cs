using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Submissions.Rules;

namespace AnalysisRunner.Server.Submissions;

/// <summary>The rules that need nothing but the request itself.</summary>
internal static class SubmissionRules
{
    /// <summary>The rules of a local runner, in the order in which they run and report.</summary>
    public static IReadOnlyList<ISubmissionRule> Local { get; } = With(new CommitRule(), new WorkTreeRule());

    /// <summary>The rules of a shared server, in the order in which they run and report.</summary>
    public static IReadOnlyList<ISubmissionRule> Shared { get; } = With(new RevisionRule(), new RepositoryRule());

    /// <summary>Everything that is wrong with a request, at once.</summary>
    public static IReadOnlyList<Problem> Check(IReadOnlyList<ISubmissionRule> rules, SubmissionRequest request) => [.. rules.SelectMany(rule => rule.Check(request))];

    private static ISubmissionRule[] With(ISubmissionRule commit, ISubmissionRule repository) =>
    [
        new DatasetRule(),
        new AccessLevelRule(),
        new DescriptionRule(),
        new OutputPrefixRule(),
        commit,
        repository,
        new WorkingDirectoryRule(),
        new CommandRule(),
        new ArgumentsRule(),
        new EnvironmentRule(),
        new ResourcesRule(),
        new ConfigLayerRule(),
        new HintRule(),
    ];
}
