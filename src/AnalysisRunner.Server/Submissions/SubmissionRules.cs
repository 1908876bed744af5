using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Submissions.Rules;

namespace AnalysisRunner.Server.Submissions;

/// <summary>The rules that need nothing but the request itself.</summary>
internal static class SubmissionRules
{
    /// <summary>In the order in which they run and report.</summary>
    public static IReadOnlyList<ISubmissionRule> All { get; } =
    [
        new DatasetRule(),
        new AccessLevelRule(),
        new DescriptionRule(),
        new OutputPrefixRule(),
        new CommitRule(),
        new RepositoryRule(),
        new WorkingDirectoryRule(),
        new CommandRule(),
        new ArgumentsRule(),
        new EnvironmentRule(),
        new ResourcesRule(),
        new ConfigLayerRule(),
        new HintRule(),
    ];

    /// <summary>Everything that is wrong with a request, at once.</summary>
    public static IReadOnlyList<Problem> Check(SubmissionRequest request) => [.. All.SelectMany(rule => rule.Check(request))];
}
