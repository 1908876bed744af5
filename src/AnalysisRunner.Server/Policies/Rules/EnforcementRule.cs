using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Server.Policies.Rules;

/// <summary>
/// Levels above test promise that a job cannot reach more than its level. Without an identity of its own a job has the rights of the server, so such a level
/// runs only where an administrator has said that this is known.
/// </summary>
internal sealed class EnforcementRule : IPolicyRule
{
    public Problem? Check(PolicyQuestion question)
    {
        if (question is not { Dataset: { IsUnenforced: false } dataset, Level: { } level } || level == AccessLevel.Test || !dataset.Levels.ContainsKey(level) || dataset.Identities.GetValueOrDefault(level)?.User is not null) return null;
        return new Problem(
            PolicyCodes.LevelNotEnforced,
            $"Level '{level.ToName()}' of {dataset.Name} is not enforced: its jobs have no identity of their own and would run as the server, which may do more than the level. Use level 'test', or have an administrator set the user of '{level.ToName()}' in [datasets.{dataset.Name}.identity], or 'unenforced = true' in [datasets.{dataset.Name}].",
            "accessLevel");
    }
}
