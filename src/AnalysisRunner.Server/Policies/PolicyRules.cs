using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Policies.Rules;

namespace AnalysisRunner.Server.Policies;

/// <summary>The rules of the policy.</summary>
internal static class PolicyRules
{
    /// <summary>Whether there is such a dataset for this caller. Where one of these objects, no other is asked: outsiders learn nothing more.</summary>
    public static IReadOnlyList<IPolicyRule> Access { get; } = [new DatasetExistsRule(), new MembershipRule()];

    /// <summary>What the caller may do there; all are asked, in this order.</summary>
    public static IReadOnlyList<IPolicyRule> Permissions { get; } =
    [
        new RepositoryAllowedRule(),
        new WorkflowRepositoryRule(),
        new RepositorylessRule(),
        new ImageRule(),
        new LevelExistsRule(),
        new LevelMembershipRule(),
        new EnforcementRule(),
        new UncommittedConfigRule(),
    ];

    /// <summary>Every objection.</summary>
    public static IReadOnlyList<Problem> Check(PolicyQuestion question)
    {
        var outside = Access.Select(rule => rule.Check(question)).FirstOrDefault(problem => problem is not null);
        return outside is not null ? [outside] : [.. Permissions.Select(rule => rule.Check(question)).OfType<Problem>()];
    }
}
